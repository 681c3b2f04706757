import { Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { Operation } from "./operation.tsx";
import { rebuildCompany, rebuildEverything, rebuildPerson } from "./operations.ts";
import classes from "./operator.module.css";

const KEPT = "Rows keep their ids, hand work is repeated in its place, and no mail is written.";

/** Makes tables anew from the log. */
export function Rebuild() {
  const [domain, setDomain] = useState("");
  const [email, setEmail] = useState("");
  return (
    <div className={classes.view}>
      <Text size="sm" c="dimmed" maw="44rem">
        The tables are what the log makes of them. A rebuild makes them anew, for example after the
        personal domains were edited. {KEPT}
      </Text>
      <Group align="end" gap="xs">
        <TextInput
          label="Company, by its domain"
          placeholder="example.com"
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
          w={320}
        />
        <Operation
          size="sm"
          disabled={!domain.trim()}
          question={{
            title: "Rebuild this company?",
            text:
              `${domain.trim()}, with its people, bookings and deals, is made anew from the log. ${KEPT}`,
            action: "Rebuild it",
          }}
          run={() => rebuildCompany(domain.trim())}
        >
          Rebuild the company
        </Operation>
      </Group>
      <Group align="end" gap="xs">
        <TextInput
          label="Person, by their address"
          placeholder="ann@example.com"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          w={320}
        />
        <Operation
          size="sm"
          disabled={!email.trim()}
          question={{
            title: "Rebuild this person?",
            text:
              `${email.trim()}, and the whole company they belong to, are made anew from the log. ${KEPT}`,
            action: "Rebuild them",
          }}
          run={() => rebuildPerson(email.trim())}
        >
          Rebuild the person
        </Operation>
      </Group>
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
