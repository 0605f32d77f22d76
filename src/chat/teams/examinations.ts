/** What `doctor` checks about Teams: the secret, who grants roles, and what Teams has refused so far. */
import type { Finding } from "../../app/ports.ts";
import type { Bot } from "./api/bot.ts";
import { toTrouble } from "./api/trouble.ts";
import { explain, type Troubles } from "./api/troubles.ts";

export interface ExaminationOptions {
  readonly bot: Pick<Bot, "authorize">;
  readonly credentials: object | null;
  readonly administrators: readonly string[];
  readonly troubles: Troubles;
}

export function createExaminations(
  options: ExaminationOptions,
): readonly (() => Promise<readonly Finding[]>)[] {
  const { troubles } = options;
  return [
    () => examineSecret(options),
    async () => [examineAdministrators(options)],
    async () => troubles.findings(),
  ];
}

async function examineSecret({
  bot,
  credentials,
}: ExaminationOptions): Promise<readonly Finding[]> {
  const check = "teams_secret";
  if (credentials === null)
    return [
      {
        check,
        ok: true,
        says: "Teams is open to the playground on this machine: nobody proves who they are.",
      },
    ];
  try {
    await bot.authorize();
    return [{ check, ok: true, says: "Microsoft's directory gives Cleargate a token." }];
  } catch (error) {
    const trouble = toTrouble(error);
    const isRefused = trouble.kind === "refused";
    return [
      {
        check,
        ok: false,
        says: explain("token", isRefused ? trouble.code : "Microsoft's directory does not answer"),
        fix: isRefused
          ? "Set TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID as the app registration shows them."
          : "Check that this machine can reach login.microsoftonline.com.",
      },
    ];
  }
}

function examineAdministrators({ administrators }: ExaminationOptions): Finding {
  const check = "teams_administrators";
  if (administrators.length > 0)
    return { check, ok: true, says: `People may grant roles in Teams: ${administrators.length}.` };
  return {
    check,
    ok: false,
    says: "Nobody may grant roles in Teams.",
    fix: "Set TEAMS_ADMINISTRATORS to e-mail addresses, unless roles are granted in Slack.",
  };
}
