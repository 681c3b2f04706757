import { TextInput } from "@mantine/core";
import { useState } from "react";
import { editByHand } from "./edit.ts";
import { FormDialog } from "./form-dialog.tsx";

export interface EditablePerson {
  id: string;
  name: string | null;
  email: string;
  company_id: string | null;
}

export function CorrectPerson(
  { person, onClose }: { person: EditablePerson; onClose: () => void },
) {
  const [seen] = useState(person);
  const [name, setName] = useState(seen.name ?? "");
  const [email, setEmail] = useState(seen.email);

  async function submit() {
    const next = { name: name.trim() || null, email: email.trim().toLowerCase() };
    const changed = (["name", "email"] as const).filter((column) => next[column] !== seen[column]);
    if (changed.length === 0) return true;
    const pick = (values: typeof next) =>
      Object.fromEntries(changed.map((column) => [column, values[column]]));
    return await editByHand(`${next.name ?? next.email} is corrected.`, {
      table: "people",
      id: seen.id,
      seen: pick(seen),
      next: pick(next),
    });
  }

  return (
    <FormDialog
      title="Correct a person"
      text="Mails go to the new address from now on. Who books under the old one is still this person."
      action="Save"
      onClose={onClose}
      onSubmit={submit}
    >
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        data-autofocus
      />
      <TextInput
        label="Mail address"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        required
        withAsterisk={false}
      />
    </FormDialog>
  );
}
