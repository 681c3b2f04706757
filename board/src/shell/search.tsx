import { Kbd, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { go, linkTo, usePlace } from "../router.ts";
import classes from "./shell.module.css";

/** Long enough to type the next letter. */
const PAUSE = 250;

/** Searches the pipeline, from whichever page. The key / goes there. */
export function Search() {
  const { page, params } = usePlace();
  const field = useRef<HTMLInputElement>(null);
  const searched = (page === "" || page === "pipeline") ? params.get("search") ?? "" : "";
  const [text, setText] = useState(searched);
  const [isFocused, setIsFocused] = useState(false);

  // The address may change without typing: Back, a link, a filter taken away.
  useEffect(() => {
    // A space that was just typed may be the one before the next word.
    setText((typed) => typed.trim() === searched ? typed : searched);
  }, [searched]);

  useEffect(() => {
    if (text.trim() === searched) return;
    const timer = setTimeout(() => search(text.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);

  useEffect(() => {
    function focus(event: KeyboardEvent) {
      const isTyping = (event.target as HTMLElement).closest(
        "input, textarea, select, [contenteditable]",
      );
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.select();
    }
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  function search(words: string) {
    const isHere = page === "" || page === "pipeline";
    const filters = isHere ? Object.fromEntries(params) : {};
    go(linkTo("pipeline", null, { ...filters, search: words }), {
      isSameStep: isHere && searched !== "",
    });
  }

  return (
    <TextInput
      ref={field}
      className={classes.search}
      type="search"
      aria-label="Search companies and people"
      placeholder="Search companies and people"
      leftSection={<IconSearch size={16} stroke={1.6} />}
      rightSection={!isFocused && text === "" && <Kbd size="xs" className={classes.key}>/</Kbd>}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onFocus={() => setIsFocused(true)}
      onBlur={() => setIsFocused(false)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          setText("");
          field.current?.blur();
        }
      }}
    />
  );
}
