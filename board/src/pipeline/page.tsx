import { useLive } from "../live/use-live.ts";
import { useParams } from "../router.ts";
import { Empty, Show } from "../ui/states.tsx";
import { Button } from "@mantine/core";
import { Columns } from "./columns.tsx";
import { fetchPipeline, type Pipeline, pipelineKey } from "./fetch.ts";
import { FilterBar } from "./filter-bar.tsx";
import { NO_FILTERS, readFilters } from "./filters.ts";
import { Found } from "./found.tsx";
import classes from "./pipeline.module.css";

/** Every deal, as a card in the column of its stage. */
export function PipelinePage() {
  const [params, change] = useParams();
  const filters = readFilters(params);
  const pipeline = useLive(pipelineKey(filters), () => fetchPipeline(filters));

  return (
    <div className={classes.page} data-fill>
      <h1 className={classes.hidden}>Pipeline</h1>
      <FilterBar filters={filters} pipeline={pipeline.data} change={change} />
      {filters.search && <Found search={filters.search} companies={pipeline.data?.companies} />}
      <Show live={pipeline}>
        {(data) =>
          isEmpty(data)
            ? <Nothing isFiltered={params.size > 0} clear={() => change(NO_FILTERS)} />
            : (
              <Columns
                // Another choice is read from the top.
                key={JSON.stringify(filters)}
                columns={data.columns}
                filters={filters}
              />
            )}
      </Show>
    </div>
  );
}

function isEmpty({ columns }: Pipeline): boolean {
  return columns.every(({ total }) => total === 0);
}

function Nothing({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  if (!isFiltered) {
    return (
      <Empty
        title="No deals yet"
        hint="One opens when somebody books a meeting with an address of their company."
      />
    );
  }
  return (
    <Empty title="No deal fits" hint="Other filters may show some.">
      <Button variant="default" onClick={clear}>Show all</Button>
    </Empty>
  );
}
