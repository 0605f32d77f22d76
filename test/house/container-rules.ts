/** Our rules for the Dockerfile and the compose file, as functions from text to sentences. */
import { parse } from "yaml";
import { z } from "zod";

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Instructions with their continued lines joined; comments left out. */
function readInstructions(dockerfile: string): Instruction[] {
  return dockerfile
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [word = "", ...rest] = line.split(/\s+/);
      return { word: word.toUpperCase(), rest: rest.join(" ") };
    });
}

const SECRET_NAME = /token|secret|password|passwd|api_?key|private|credential/i;

/** A tag names an exact version, or there is a digest. */
function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image) || /:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/.test(image);
}

/** What is wrong with a Dockerfile; nothing when all rules are kept. */
export function findDockerfileProblems(dockerfile: string): string[] {
  const all = readInstructions(dockerfile);
  const lastFrom = all.map(({ word }) => word).lastIndexOf("FROM");
  return [...all.flatMap(findInstructionProblems), ...findImageProblems(all.slice(lastFrom))];
}

function findInstructionProblems({ word, rest }: Instruction): string[] {
  const image = rest.split(" ")[0] ?? "";
  const says = (problem: string, holds: boolean) => (holds ? [problem] : []);
  return [
    ...says(`FROM ${image} is not pinned`, word === "FROM" && !isPinned(image)),
    ...says("ADD fetches and unpacks; use COPY", word === "ADD"),
    ...says("COPY takes the whole context", word === "COPY" && /^\.\/?\s|\s\.\s\.$/.test(rest)),
    ...says(
      `${word} holds a secret`,
      ["ENV", "ARG"].includes(word) &&
        rest.split(" ").some((pair) => SECRET_NAME.test(pair.split("=")[0] ?? "")),
    ),
    ...says("RUN uses sudo", word === "RUN" && /\bsudo\b/.test(rest)),
    ...says("RUN pipes a download into a shell", word === "RUN" && /(curl|wget)\b.*\|/.test(rest)),
    ...says(
      "npm installs without the lockfile",
      word === "RUN" && /\bnpm (install|i|update)\b/.test(rest),
    ),
    ...says(
      "npm runs install scripts",
      word === "RUN" && /\bnpm ci\b/.test(rest.replaceAll(/npm ci[^&|;]*--ignore-scripts/g, "")),
    ),
    ...says(
      `${word} is run by a shell`,
      ["CMD", "ENTRYPOINT"].includes(word) && !rest.startsWith("["),
    ),
  ];
}

/** Rules for the stage that is shipped. */
function findImageProblems(stage: readonly Instruction[]): string[] {
  const find = (wanted: string) => stage.filter(({ word }) => word === wanted);
  const user = find("USER").at(-1)?.rest ?? "";
  const health = find("HEALTHCHECK").at(-1)?.rest ?? "";
  const run = [...find("CMD"), ...find("ENTRYPOINT")].map(({ rest }) => rest).join(" ");
  const problems: readonly (readonly [boolean, string])[] = [
    [!/^[1-9]\d*(:[1-9]\d*)?$/.test(user), "USER is not a number other than 0"],
    [health === "", "there is no HEALTHCHECK"],
    [/\b(curl|wget)\b/.test(health), "HEALTHCHECK needs a program that is not there"],
    [!/--timeout=/.test(health), "HEALTHCHECK has no timeout"],
    [/\b(npm|npx|yarn)\b/.test(run), "a package manager stands between the signal and the service"],
    [!find("RUN").some(({ rest }) => /rm -rf .*npm/.test(rest)), "the image keeps its npm"],
    [
      !find("ENV").some(({ rest }) => /NODE_ENV=production/.test(rest)),
      "NODE_ENV is not production",
    ],
    [stage.some(({ rest }) => /--omit=dev/.test(rest)), "the last stage installs packages"],
  ];
  return problems.filter(([holds]) => holds).map(([, sentence]) => sentence);
}

const Service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  user: z.string().optional(),
  privileged: z.boolean().optional(),
  network_mode: z.string().optional(),
  pid: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  pids_limit: z.number().optional(),
  restart: z.string().optional(),
  healthcheck: z.unknown().optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
});
type Service = z.infer<typeof Service>;
const Compose = z.looseObject({ services: z.record(z.string(), Service) });

/** What is wrong with a compose file; nothing when all rules are kept. */
export function findComposeProblems(text: string): string[] {
  const { services } = Compose.parse(parse(text));
  return Object.entries(services).flatMap(([name, service]) =>
    findServiceProblems(service).map((problem) => `${name} ${problem}`),
  );
}

function findServiceProblems(service: Service): string[] {
  const own = service.build !== undefined;
  const plainSecrets = Object.entries(service.environment ?? {}).filter(
    ([name, value]) => SECRET_NAME.test(name) && !value.includes("${"),
  );
  const problems: readonly (readonly [boolean, string])[] = [
    [!own && !isPinned(service.image ?? ""), "has an image that is not pinned"],
    [service.privileged === true, "is privileged"],
    [service.network_mode === "host" || service.pid === "host", "shares the host's namespaces"],
    [service.read_only !== true, "has a root that can be written"],
    [!service.tmpfs?.some((mount) => mount.startsWith("/tmp")), "has no /tmp in memory"],
    [!service.cap_drop?.includes("ALL"), "keeps capabilities"],
    [service.cap_add !== undefined, "adds capabilities"],
    [!service.security_opt?.includes("no-new-privileges:true"), "may gain privileges"],
    [
      service.security_opt?.some((option) => option.includes("unconfined")) === true,
      "is unconfined",
    ],
    [!own && !/^[1-9]/.test(service.user ?? ""), "runs as the image's default user"],
    [!own && service.healthcheck === undefined, "has no healthcheck"],
    [service.pids_limit === undefined, "has no limit of processes"],
    [service.restart === undefined, "is not restarted"],
    [
      service.ports?.some((port) => !port.startsWith("127.0.0.1:")) === true,
      "listens to the world",
    ],
    [service.volumes?.some((mount) => /docker\.sock|^\//.test(mount)) === true, "mounts the host"],
    [plainSecrets.length > 0, "holds a secret"],
  ];
  return problems.filter(([holds]) => holds).map(([, sentence]) => sentence);
}
