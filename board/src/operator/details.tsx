import { Code } from "@mantine/core";
import classes from "./operator.module.css";

/** A text as it is, whatever is in it. */
export function Raw({ label, children }: { label: string; children: string }) {
  return (
    <Code
      block
      className={classes.raw}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      {children}
    </Code>
  );
}

/** JSON as it is. */
export function RawJson({ label, value }: { label: string; value: unknown }) {
  return <Raw label={label}>{JSON.stringify(value, null, 2)}</Raw>;
}
