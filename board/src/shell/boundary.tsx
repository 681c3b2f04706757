import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Empty } from "../ui/states.tsx";

/** Catches what a page throws, and a page that cannot be loaded, so that the rest stays usable. */
export class Boundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <Empty title="This page could not be shown" hint="There may be a newer version of the board.">
        <Button
          variant="default"
          onClick={() =>
            location.reload()}
        >
          Load again
        </Button>
      </Empty>
    );
  }
}
