import { Group, NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useParams } from "../router.ts";

interface Props {
  /** The param of the address that has the state. */
  name: string;
  label: string;
  options: { value: string; label: string }[];
  /** What can be looked for, as a placeholder. */
  search: string;
}

/** A state to choose and a text to look for, both in the address. */
export function FilterLine({ name, label, options, search }: Props) {
  const [params, change] = useParams();
  const sought = params.get("search") ?? "";
  const [typed, setTyped] = useState(sought);
  // A link may look for something else.
  useEffect(() => setTyped(sought), [sought]);
  function look() {
    if (typed.trim() !== sought) change({ search: typed.trim() });
  }
  return (
    <Group gap="xs">
      <NativeSelect
        aria-label={label}
        size="xs"
        value={params.get(name) ?? ""}
        onChange={(event) => change({ [name]: event.currentTarget.value })}
        data={[{ value: "", label: "All" }, ...options]}
      />
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <TextInput
          type="search"
          aria-label={search}
          placeholder={search}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={look}
          size="xs"
          w={260}
        />
      </form>
    </Group>
  );
}
