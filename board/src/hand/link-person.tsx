import { Radio, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useLive } from "../live/use-live.ts";
import { listWords } from "../ui/search.ts";
import { ask, supabase } from "../supabase.ts";
import type { EditablePerson } from "./correct-person.tsx";
import { editByHand } from "./edit.ts";
import { FormDialog } from "./form-dialog.tsx";

/** Enough to choose from; more words find the rest. */
const CHOICES = 6;

export function LinkPerson(
  { person, onClose }: { person: EditablePerson; onClose: () => void },
) {
  const [seen] = useState(person);
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words, 250);
  const [chosen, setChosen] = useState<string | null>(null);
  const companies = useLive(["company choices", search], () => fetchChoices(search));
  const choices = companies.data?.filter(({ id }) => id !== seen.company_id) ?? [];
  const company = choices.find(({ id }) => id === chosen);

  async function submit() {
    if (!company) return false;
    return await editByHand(`${seen.name ?? seen.email} belongs to ${company.name} now.`, {
      table: "people",
      id: seen.id,
      seen: { company_id: seen.company_id },
      next: { company_id: company.id },
    });
  }

  return (
    <FormDialog
      title={`${seen.name ?? seen.email} works at`}
      text="From now on this person's meetings count for the active deal of that company. Those that were booked before stay with their deals."
      action="Link"
      onClose={onClose}
      onSubmit={submit}
    >
      <TextInput
        label="Company"
        placeholder="Name or domain"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        data-autofocus
      />
      <Radio.Group value={chosen} onChange={setChosen} aria-label="Companies">
        <Stack gap="xs">
          {choices.map(({ id, name, domain }) => (
            <Radio
              key={id}
              value={id}
              label={name}
              description={domain === name ? undefined : domain}
            />
          ))}
          {companies.data && choices.length === 0 && (
            <Text size="sm" c="dimmed">No company is called that.</Text>
          )}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}

async function fetchChoices(search: string) {
  let request = supabase().from("companies").select("id, name, domain");
  for (const word of listWords(search)) {
    request = request.or(`name.ilike.%${word}%,domain.ilike.%${word}%`);
  }
  return await ask(request.order("name").limit(CHOICES + 1));
}
