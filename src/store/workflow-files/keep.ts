/** Part of the build: `keep.ts <folder of the compiled program>`. */
import path from "node:path";
import { keepParsedTexts } from "./parsed.ts";

const [, , folder = "dist"] = process.argv;
keepParsedTexts(path.resolve("workflows"), path.join(folder, "store", "workflow-files"));
