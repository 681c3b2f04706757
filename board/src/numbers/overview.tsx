import { Text, Title } from "@mantine/core";
import { useLive } from "../live/use-live.ts";
import { useParams } from "../router.ts";
import { CsvButton } from "../ui/csv-button.tsx";
import { type CsvColumn, saveCsv } from "../ui/save-csv.ts";
import { Empty, Show } from "../ui/states.tsx";
import { type Answers, fetchNumbers, type Question } from "./fetch-numbers.ts";
import { PERIODS, readQuestion, UNITS } from "./filters.ts";
import { Filters } from "./filter-bar.tsx";
import { formatSpan, formatStep } from "./format.ts";
import { MEASURES, type Numbers } from "./measures.ts";
import classes from "./numbers.module.css";
import { Plots } from "./plots.tsx";
import { NumbersTable } from "./table.tsx";
import { Tiles } from "./tiles.tsx";

/** How many meetings were booked, and what became of them. */
export function Overview() {
  const [params] = useParams();
  const question = readQuestion(params);
  const live = useLive(["numbers", question], () => fetchNumbers(question));
  return (
    <div className={classes.page}>
      <div className={classes.heading}>
        <Title order={1} size="h3">Numbers</Title>
        <Filters question={question} />
      </div>
      <Show live={live}>
        {(answers) => <Shown question={question} {...answers} />}
      </Show>
    </div>
  );
}

/** So many fit into a plot. The table and the file have them all. */
const STEPS = 60;

function Shown(
  { question, whole, steps, parts }: Answers & { question: Question },
) {
  if (!whole || Number(whole.bookings) + Number(whole.deals) === 0) {
    return (
      <Empty
        title="Nothing was booked in this time"
        hint="Choose a longer time, or another brand or host."
      />
    );
  }
  const period = PERIODS[question.period]!;
  const unit = UNITS[question.unit]!;
  return (
    <>
      <Text size="sm" c="dimmed" maw="60rem">
        {period}:{" "}
        {formatSpan(whole.since, whole.until)}. Everything counts in the period in which the meeting
        was booked, or the deal opened; days, weeks and months are those of UTC. Each number opens
        the meetings or deals that it counts.
      </Text>
      <Tiles numbers={whole} />
      <Plots unit={question.unit} steps={steps.slice(-STEPS)} />
      <NumbersTable
        title={`${unit} by ${unit.toLowerCase()}`}
        rows={[...steps].reverse()}
        heading={unit}
        nameOf={(row) => formatStep(question.unit, row.since)}
      >
        <CsvButton
          save={() => saveCsv(`numbers-by-${question.unit}`, COLUMNS, steps)}
        />
      </NumbersTable>
      <NumbersTable
        title="By brand and host"
        rows={parts}
        heading="Brand, and its hosts"
        nameOf={({ level, brand, host }) =>
          level === "brand" ? brand ?? "No brand" : host ?? "No host"}
        isSum={(row) => row.level === "brand"}
      >
        <CsvButton save={() => saveCsv("numbers-by-host", COLUMNS, parts)} />
      </NumbersTable>
    </>
  );
}

const COLUMNS: CsvColumn<Numbers>[] = [
  ["Period", (row) => row.period],
  ["Since", (row) => row.since],
  ["Until", (row) => row.until],
  ["Level", (row) => row.level],
  ["Brand", (row) => row.brand],
  ["Host", (row) => row.host],
  ...MEASURES.map(({ column, label, kind }): CsvColumn<Numbers> => [
    label,
    (row) => {
      const value = row[column];
      return value === null || kind === "time" ? value as string | null : Number(value);
    },
  ]),
];
