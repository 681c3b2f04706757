import { Button, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { download } from "../ui/csv.ts";
import { notify, notifyError } from "../ui/notify.tsx";
import { today } from "../ui/save-csv.ts";
import { Operation } from "./operation.tsx";
import { erasePerson, exportPerson } from "./operations.ts";
import classes from "./operator.module.css";

/** What somebody may ask for who is in here: all that is known, and to be forgotten. */
export function Erasure() {
  const [typed, setTyped] = useState("");
  const email = typed.trim().toLowerCase();
  const isAddress = /^[^@\s]+@[^@\s]+$/.test(email);
  async function save() {
    try {
      const text = await exportPerson(email);
      download(`person-${today()}.json`, text, "application/json");
      notify("The file has everything that is known under this address.");
    } catch (error) {
      notifyError(error);
    }
  }
  return (
    <div className={classes.view}>
      <Text size="sm" c="dimmed" maw="44rem">
        Whoever asks can have everything that is kept about them, and can be erased: their names and
        addresses, what they typed, and the mails to them.
      </Text>
      <Group align="end" gap="xs">
        <TextInput
          label="Mail address"
          type="email"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          w={320}
        />
        <Button variant="default" disabled={!isAddress} onClick={save}>Export</Button>
        <Operation
          size="sm"
          disabled={!isAddress}
          question={{
            title: "Erase this person?",
            text:
              `${email} is taken out of everything, with all addresses of the same person: log, people, mails, hand ` +
              "edits. Meetings and deals stay, under a pseudonym. Mails that are due are dropped. Nothing brings " +
              "it back, neither a rebuild nor a late event.",
            action: "Erase for good",
            isDangerous: true,
          }}
          run={async () => {
            const sentence = await erasePerson(email);
            setTyped("");
            return sentence;
          }}
        >
          Erase
        </Operation>
      </Group>
    </div>
  );
}
