/** An administrator grants the roles in chat, as on a first day. */
import { CAST, type Role, type Talker } from "./talker.ts";

const ROLES: Partial<Readonly<Record<Role, string>>> = {
  engineer: "deployment_engineer",
  compliance: "compliance_officer",
  manager: "engineering_manager",
  security: "security_lead",
  counsel: "legal_counsel",
  sales: "sales_lead",
  it: "it_ops_lead",
};

export async function grantRoles(
  owner: Talker,
  userIds: Readonly<Record<Role, string>>,
): Promise<void> {
  for (const role of CAST.filter((each) => ROLES[each] !== undefined)) {
    await owner.command("/compliance people");
    await owner.press("Grant a role");
    await owner.submit({ person: userIds[role], role: ROLES[role] ?? "" });
  }
}
