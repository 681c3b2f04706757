import { Group, NativeSelect } from "@mantine/core";
import { useLive } from "../live/use-live.ts";
import { useParams } from "../router.ts";
import { fetchHosts, type Question } from "./fetch-numbers.ts";
import { PERIODS, UNITS } from "./filters.ts";

/** Which time, which steps, whose numbers. */
export function Filters({ question }: { question: Question }) {
  const [, change] = useParams();
  const hosts = useLive(["hosts"], fetchHosts).data ?? [];
  const { brand, host } = question;
  const brands = [...new Set(hosts.map((row) => row.brand ?? ""))].filter(
    Boolean,
  ).sort();
  const ofBrand = hosts.filter((row) => !brand || row.brand === brand).map((
    row,
  ) => row.host);
  return (
    <Group gap="xs" role="group" aria-label="Filters">
      <NativeSelect
        aria-label="Time"
        size="xs"
        value={question.period}
        onChange={(event) => change({ period: event.currentTarget.value })}
        data={Object.entries(PERIODS).map(([value, label]) => ({ value, label }))}
      />
      <NativeSelect
        aria-label="Steps"
        size="xs"
        value={question.unit}
        onChange={(event) => change({ unit: event.currentTarget.value })}
        data={Object.entries(UNITS).map(([value, label]) => ({
          value,
          label: `By ${label.toLowerCase()}`,
        }))}
      />
      <NativeSelect
        aria-label="Brand"
        size="xs"
        value={brand ?? ""}
        onChange={(event) => change({ brand: event.currentTarget.value, host: null })}
        data={[{ value: "", label: "All brands" }, ...withCurrent(brands, brand)]}
      />
      <NativeSelect
        aria-label="Host"
        size="xs"
        value={host ?? ""}
        onChange={(event) => change({ host: event.currentTarget.value })}
        data={[{ value: "", label: "All hosts" }, ...withCurrent(ofBrand, host)]}
      />
    </Group>
  );
}

/** What the address names can be read, also while it is not among those that are known. */
function withCurrent(names: string[], current: string | null): string[] {
  return [...new Set(current ? [...names, current] : names)];
}
