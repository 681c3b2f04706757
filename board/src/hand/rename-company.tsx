import { TextInput } from "@mantine/core";
import { useState } from "react";
import { editByHand } from "./edit.ts";
import { FormDialog } from "./form-dialog.tsx";

interface RenameCompanyProps {
  company: { id: string; name: string };
  onClose: () => void;
}

export function RenameCompany({ company, onClose }: RenameCompanyProps) {
  // As it was when the dialog opened, whatever happens to it meanwhile.
  const [seen] = useState(company);
  const [name, setName] = useState(seen.name);
  return (
    <FormDialog
      title="Rename the company"
      text="It keeps this name, whatever a booking form says later. Nobody is told."
      action="Rename"
      onClose={onClose}
      onSubmit={async () =>
        name.trim() === seen.name ||
        await editByHand(`${seen.name} is called ${name.trim()} now.`, {
          table: "companies",
          id: seen.id,
          seen: { name: seen.name },
          next: { name: name.trim() },
        })}
    >
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        pattern=".*\S.*"
        required
        withAsterisk={false}
        data-autofocus
      />
    </FormDialog>
  );
}
