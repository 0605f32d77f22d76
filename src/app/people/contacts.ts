import { decideContact } from "../../domain/migrations/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { contactForm, contactSaved } from "../../messages/people.ts";
import { valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import { withMigration } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Asks for a person outside: the customer's compliance officer, the assessor, and so on. */
export const editContact: UseCase<"EditContact"> = (context, command) =>
  withMigration(context, command, ({ view }) => ({ kind: "form", form: contactForm(view.record) }));

/** Keeps the contact; it grants nothing. */
export const saveContact: UseCase<"SaveContact"> = async (context, command) => {
  const text = (field: string): string => valueText(context.values, field);
  const changed = await changeMigration(context, command.migration, ({ view }) => {
    const decided = decideContact({
      view,
      role: text("role"),
      contact: {
        name: text("name"),
        title: text("title"),
        organisation: text("organisation"),
        email: text("email"),
      },
    });
    return decided;
  });
  if (isRefusal(changed)) return changed;
  return { kind: "show", message: contactSaved(changed.after.view.record) };
};
