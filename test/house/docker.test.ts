import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findComposeProblems, findDockerfileProblems } from "./container-rules.ts";
import { ROOT } from "./read-tree.ts";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const dockerfile = read("Dockerfile");
const compose = read("compose.yml");

describe("the Dockerfile", () => {
  it("keeps every rule", () => {
    expect(findDockerfileProblems(dockerfile)).toEqual([]);
  });

  it("copies only what .dockerignore lets in", () => {
    const allowed =
      read(".dockerignore")
        .match(/^!(.*)$/gm)
        ?.map((line) => line.slice(1)) ?? [];
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      String(names).split(" "),
    );

    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((name) => !allowed.includes(name))).toEqual([]);
    expect(read(".dockerignore")).toMatch(/^\*$/m);
  });

  it.each([
    ["a floating tag", "FROM node:24.11.1-bookworm-slim\n", "FROM node:24-slim\n", "is not pinned"],
    ["latest", "FROM node:24.11.1-bookworm-slim\n", "FROM node:latest\n", "is not pinned"],
    ["no tag", "FROM node:24.11.1-bookworm-slim\n", "FROM node\n", "is not pinned"],
    ["root", "USER 10001:10001", "USER root", "USER is not a number other than 0"],
    ["root by number", "USER 10001:10001", "USER 0", "USER is not a number other than 0"],
    ["no user", "USER 10001:10001", "", "USER is not a number other than 0"],
    ["ADD", "COPY workflows", "ADD https://example.com/a.tgz", "ADD fetches and unpacks"],
    ["everything", "COPY src ./src", "COPY . .", "COPY takes the whole context"],
    ["a secret", "EXPOSE 3000", "ENV SLACK_BOT_TOKEN=x", "ENV holds a secret"],
    ["a secret argument", "EXPOSE 3000", "ARG npm_password", "ARG holds a secret"],
    ["no health", /HEALTHCHECK[\s\S]*?\nCMD/, "CMD", "there is no HEALTHCHECK"],
    ["curl", 'CMD ["node", "-e"', 'CMD ["curl", "-f"', "a program that is not there"],
    ["a shell", 'CMD ["node", "dist/main.js"]', "CMD node dist/main.js", "is run by a shell"],
    ["npm", 'CMD ["node", "dist/main.js"]', 'CMD ["npm", "start"]', "a package manager stands"],
    ["npm install", "npm ci --ignore-scripts --include=dev", "npm install", "without the lockfile"],
    ["scripts", "npm ci --ignore-scripts --include=dev", "npm ci", "npm runs install scripts"],
    ["sudo", "RUN npm ci", "RUN sudo npm ci", "RUN uses sudo"],
    ["a pipe", "RUN npm ci", "RUN curl https://example.com | sh && npm ci", "into a shell"],
    ["npm kept", /RUN rm -rf.*\n/, "", "the image keeps its npm"],
    ["development mode", "NODE_ENV=production", "A=b", "NODE_ENV is not production"],
  ])("a planted mistake is found: %s", (_, from, to, says) => {
    const planted = dockerfile.replace(from, to);

    expect(planted).not.toBe(dockerfile);
    expect(findDockerfileProblems(planted).join("\n")).toContain(says);
  });
});

describe("compose.yml", () => {
  it("keeps every rule", () => {
    expect(findComposeProblems(compose)).toEqual([]);
  });

  it.each([
    ["a floating image", "postgres:17.6-bookworm", "postgres:17", "database has an image"],
    [
      "a writable root",
      "read_only: true",
      "read_only: false",
      "app has a root that can be written",
    ],
    ["capabilities", "cap_drop: [ALL]", "cap_drop: [NET_RAW]", "app keeps capabilities"],
    ["a capability back", "cap_drop: [ALL]", "cap_drop: [ALL]\n    cap_add: [SYS_ADMIN]", "adds"],
    ["privileges", "no-new-privileges:true", "label:disable", "app may gain privileges"],
    ["privileged", "init: true", "privileged: true", "app is privileged"],
    ["the host's network", "init: true", "network_mode: host", "shares the host's namespaces"],
    ["root", '    user: "999:999"\n', "", "database runs as the image's default user"],
    ["an open port", '"127.0.0.1:3000:3000"', '"3000:3000"', "app listens to the world"],
    ["no health", "healthcheck:", "unhealthcheck:", "database has no healthcheck"],
    ["the socket", "database:/var/lib", "/var/run/docker.sock:/var/lib", "mounts the host"],
    ["a password", /POSTGRES_PASSWORD: \$.*/, "POSTGRES_PASSWORD: a", "database holds a secret"],
    ["no /tmp", "- /tmp:", "- /elsewhere:", "app has no /tmp in memory"],
  ])("a planted mistake is found: %s", (_, from, to, says) => {
    const planted = compose.replace(from, to);

    expect(planted).not.toBe(compose);
    expect(findComposeProblems(planted).join("\n")).toContain(says);
  });
});
