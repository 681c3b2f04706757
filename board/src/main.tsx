import "@mantine/core/styles.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/notifications/styles.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { readConfig } from "./config.ts";
import { queries } from "./queries.ts";
import { startLive } from "./live/live.ts";
import { startSession } from "./session/session.ts";
import { NoConfigPage } from "./shell/no-config.tsx";
import { openClient } from "./supabase.ts";
import { theme } from "./theme.ts";

const page = await readConfig().then((config) => {
  openClient(config);
  startSession();
  startLive(config);
  return <App />;
}, () => <NoConfigPage />);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    {/* No style tags: the policy forbids them. What they would say is in the files above. */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>{page}</QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
