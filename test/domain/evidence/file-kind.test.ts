import { describe, expect, it } from "vitest";
import { refuseKind } from "../../../src/domain/evidence/file-kind.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const text = (words: string) => Uint8Array.from(Buffer.from(words));
const PDF = text("%PDF-1.7");
const PNG = bytes("89504e470d0a1a0a");
const JPEG = bytes("ffd8ffe000104a46");
const ZIP = bytes("504b030414000000");
const OLE = bytes("d0cf11e0a1b11ae1");

describe("a program", () => {
  it.each<[string, Uint8Array]>([
    ["Windows", bytes("4d5a900003000000")],
    ["Windows, cut short", text("MZ")],
    ["Linux", bytes("7f454c4602010100")],
    ["macOS, 32 bits", bytes("feedface")],
    ["macOS, 64 bits", bytes("cffaedfe07000001")],
    ["macOS, big end first", bytes("feedfacf")],
    ["macOS, several kinds", bytes("cafebabe00000002")],
    ["a script", text("#!/bin/sh")],
  ])("of %s is refused under every name", (_, head) => {
    for (const name of ["setup.exe", "agreement.pdf", "photo.png", "notes", "list.xlsx", ".sh"])
      expect(refuseKind(name, head), name).toEqual({ refused: "file_is_program", name });
  });
});

describe("a name that promises another format", () => {
  it.each<[string, Uint8Array, string]>([
    ["agreement.pdf", ZIP, "an archive"],
    ["agreement.pdf", PNG, "a PNG picture"],
    ["AGREEMENT.PDF", JPEG, "a JPEG picture"],
    ["agreement.pdf", OLE, "an older Office file"],
    ["agreement.pdf\u202e", ZIP, "an archive"],
    ["screen.png", JPEG, "a JPEG picture"],
    ["screen.jpg", PNG, "a PNG picture"],
    ["screen.jpeg", PDF, "a PDF"],
    ["letter.docx", PDF, "a PDF"],
    ["calls.xlsx", bytes("474946383961"), "a GIF picture"],
  ])("%j with other bytes is refused, and says what it is: %#", (name, head, is) => {
    expect(refuseKind(name, head)).toEqual({ refused: "file_misnamed", name, is });
  });
});

describe("what passes", () => {
  it.each<[string, Uint8Array]>([
    ["agreement.pdf", PDF],
    ["screen.png", PNG],
    ["screen.jpg", JPEG],
    ["screen.jpeg", JPEG],
    ["letter.docx", ZIP],
    ["calls.xlsx", ZIP],
    // With a password it is the older container.
    ["calls.xlsx", OLE],
    ["exports.zip", ZIP],
    ["letter.doc", OLE],
    ["trace.pcap", bytes("d4c3b2a102000400")],
    ["notes.txt", text("# Notes!")],
    ["notes", text("M")],
    ["agreement.pdf", text("a text that nobody knows")],
    ["agreement.pdf", bytes("")],
    ["agreement.pdf.sig", ZIP],
    ["constructor", ZIP],
  ])("%s with bytes of its own or unknown ones: %#", (name, head) => {
    expect(refuseKind(name, head)).toBeNull();
  });
});
