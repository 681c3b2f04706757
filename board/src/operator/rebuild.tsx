import { Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Operation } from "./operation.tsx";
import { rebuildCompany, rebuildEverything, rebuildPerson } from "./operations.ts";
import classes from "./operator.module.css";

const KEPT = "Rows keep their ids, hand work is repeated in its place, and no mail is written.";

/** Makes tables anew from the log. */
export function Rebuild() {
  return (
    <div className={classes.view}>
      <Text size="sm" c="dimmed" maw="44rem">
        The tables are what the log makes of them. A rebuild makes them anew, for example after the
        personal domains were edited. {KEPT}
      </Text>
      <RebuildOne
        what="company"
        label="Company, by its domain"
        placeholder="example.com"
        describe={(domain) =>
          `${domain}, with its people, bookings and deals, is made anew from the log.`}
        action="Rebuild it"
        run={rebuildCompany}
      />
      <RebuildOne
        what="person"
        label="Person, by their address"
        placeholder="ann@example.com"
        describe={(email) =>
          `${email}, and the whole company they belong to, are made anew from the log.`}
        action="Rebuild them"
        run={rebuildPerson}
      />
      <div>
        <Operation
          size="sm"
          question={{
            title: "Rebuild everything?",
            text:
              `All companies, people, bookings and deals are made anew from the log; events that arrive meanwhile wait. ${KEPT} ` +
              "With a long log this takes longer than a page may wait: nothing has changed then, and " +
              "select rebuild_everything() in the SQL editor does it.",
            action: "Rebuild everything",
          }}
          run={rebuildEverything}
        >
          Rebuild everything
        </Operation>
      </div>
    </div>
  );
}

interface RebuildOneProps {
  what: "company" | "person";
  label: string;
  placeholder: string;
  /** What will happen, in a sentence. */
  describe: (name: string) => string;
  action: string;
  run: (name: string) => Promise<string>;
}

/** Asks which one, and rebuilds that. */
function RebuildOne({ what, label, placeholder, describe, action, run }: RebuildOneProps) {
  const [typed, setTyped] = useState("");
  const name = typed.trim();
  return (
    <Group align="end" gap="xs">
      <TextInput
        label={label}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        w={320}
      />
      <Operation
        size="sm"
        disabled={!name}
        question={{ title: `Rebuild this ${what}?`, text: `${describe(name)} ${KEPT}`, action }}
        run={() => run(name)}
      >
        Rebuild the {what}
      </Operation>
    </Group>
  );
}
