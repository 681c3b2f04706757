import { connectionStore } from "../live/connection.ts";
import classes from "./shell.module.css";

/** Says so while the server does not answer. What was fetched before stays in sight. */
export function Down() {
  const connection = connectionStore.use();
  return (
    <div role="status">
      {connection === "down" && (
        <p className={classes.down}>
          The server does not answer. What you see may be old; it is asked again every few seconds.
        </p>
      )}
    </div>
  );
}
