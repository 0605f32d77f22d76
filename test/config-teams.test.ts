/** Settings of Teams: what is read, and one sentence for each way in which they do not fit. */
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";

const APP = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
const TENANT = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
const SECRET = "Abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789a";
const TEAMS = { TEAMS_APP_ID: APP, TEAMS_APP_PASSWORD: SECRET, TEAMS_TENANT_ID: TENANT };

describe("Teams settings", () => {
  it("the three together connect Teams and switch the web chat off", () => {
    expect(
      readConfig({ ...TEAMS, TEAMS_ADMINISTRATORS: "Ada@Company.com, grace@company.com" }),
    ).toMatchObject({
      teams: {
        credentials: { appId: APP, appPassword: SECRET, tenantId: TENANT },
        administrators: ["ada@company.com", "grace@company.com"],
      },
      webChat: false,
    });
  });

  it("none means no Teams", () => {
    expect(readConfig({})).toMatchObject({ teams: null, webChat: true });
  });

  it("the playground is let in without credentials, on this machine, beside the web chat", () => {
    expect(readConfig({ TEAMS_DEV: "1" })).toMatchObject({
      teams: { credentials: null, administrators: [] },
      webChat: true,
    });
    expect(readConfig({ TEAMS_DEV: "0" })).toMatchObject({ teams: null });
  });

  it("Teams alone may listen for other machines, the web chat being off", () => {
    expect(readConfig({ ...TEAMS, HOST: "0.0.0.0" })).toMatchObject({ host: "0.0.0.0" });
  });

  it.each<[Record<string, string>, string]>([
    [{ ...TEAMS, TEAMS_DEV: "1" }, "remove one of the two."],
    [{ TEAMS_DEV: "1", HOST: "0.0.0.0", WEB_CHAT: "off" }, "TEAMS_DEV=1 would let anybody in"],
    [{ TEAMS_DEV: "yes" }, "TEAMS_DEV is not 1 or 0."],
    [{ TEAMS_APP_ID: APP, TEAMS_TENANT_ID: TENANT }, "TEAMS_APP_ID needs TEAMS_APP_PASSWORD"],
    [{ TEAMS_APP_ID: APP, TEAMS_APP_PASSWORD: SECRET }, "TEAMS_APP_ID needs TEAMS_TENANT_ID"],
    [{ TEAMS_TENANT_ID: TENANT }, "TEAMS_TENANT_ID is set without TEAMS_APP_ID"],
    [{ TEAMS_APP_PASSWORD: SECRET }, "TEAMS_APP_PASSWORD is set without TEAMS_APP_ID"],
    [{ TEAMS_ADMINISTRATORS: "a@b.com" }, "TEAMS_ADMINISTRATORS is set without TEAMS_APP_ID"],
    [{ ...TEAMS, TEAMS_APP_ID: "my app" }, "TEAMS_APP_ID is not an id such as"],
    [{ ...TEAMS, TEAMS_APP_ID: "00000000-0000-0000-0000-000000000000" }, "still holds an example"],
    [{ ...TEAMS, TEAMS_TENANT_ID: "company.com" }, "TEAMS_TENANT_ID is not an id such as"],
    [{ ...TEAMS, TEAMS_APP_PASSWORD: TENANT }, "holds an id, not the secret itself"],
    [{ ...TEAMS, TEAMS_APP_PASSWORD: "your-client-secret" }, "still holds an example"],
    [
      { ...TEAMS, TEAMS_ADMINISTRATORS: "Ada" },
      "is not a comma-separated list of e-mail addresses.",
    ],
    [{ TEAMS_CLIENT_ID: APP }, "did you mean TEAMS_APP_ID?"],
    [{ TEAMS_TENENT_ID: TENANT }, "did you mean TEAMS_TENANT_ID?"],
  ])("%j: one sentence", (environment, says) => {
    const config = readConfig(environment);
    const problems = "problems" in config ? config.problems : [];

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
    expect(problems.join()).not.toContain(SECRET);
  });
});
