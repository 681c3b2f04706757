import { createTheme } from "@mantine/core";

/**
 * What the components are given from the start. Colours, fonts and radius as variables are in theme.css.
 */
export const theme = createTheme({
  primaryColor: "indigo",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // react-remove-scroll would put a style tag into the page, which the policy forbids.
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        radius: "lg",
        closeButtonProps: { "aria-label": "Close the dialog" },
        // A title may have a long name in it.
        styles: { title: { lineHeight: 1.4 } },
      },
    },
    // As wide as its longest entry otherwise.
    NativeSelect: { defaultProps: { maw: "16rem" } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    // The first entry has the focus, not an element that a menu may not have.
    Menu: {
      defaultProps: { shadow: "md", position: "bottom-end", withInitialFocusPlaceholder: false },
    },
  },
});
