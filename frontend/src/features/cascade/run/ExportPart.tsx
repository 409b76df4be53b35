import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { useQuery } from 'urql';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { download } from '../../../lib/download';
import { followLink } from '../../../lib/followLink';
import { CsvButton } from '../../../ui/CsvButton';
import { ErrorLine } from '../../../ui/StateMessage';
import { DownloadIcon } from '../../../ui/icons';
import type { CascadeRunDetail } from '../queries';
import type { CascadeResult } from '../result';

import { Note, Part } from './Part';
import { tripColumns } from './TripsOfWave';
import { runGeoJson } from './geojson';
import { RunFilesQuery } from './queries';
import type { Trips } from './trips';

const TRIP_COLUMNS = tripColumns(() => undefined);

interface Props {
  run: CascadeRunDetail;
  branches: BranchColumns | null;
  substations: SubstationColumns | null;
  result: CascadeResult | null;
  trips: Trips | null;
}

/** The run as files, and as a page to print. */
export function ExportPart({ run, branches, substations, result, trips }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RunFilesQuery, variables: { id: run.runId } });
  const files = data?.cascadeRun;
  const isReady = branches !== null && substations !== null && result !== null && trips !== null;
  const saveGeoJson = (): void => {
    if (branches === null || substations === null || result === null || trips === null) return;
    download(`cascade-run-${run.runId}.geojson`, runGeoJson(branches, substations, result, trips), 'application/geo+json');
  };
  const groups: { name: string; urls: Readonly<Record<string, string>> }[] =
    files == null
      ? []
      : [
          { name: 'CSV', urls: { waves: files.wavesCsv, trips: files.tripsCsv, branches: files.branchesCsv, buses: files.busesCsv, substations: files.substationsCsv } },
          { name: 'Parquet', urls: { waves: files.wavesParquet, trips: files.tripsParquet, branches: files.branchesParquet, buses: files.busesParquet, substations: files.substationsParquet } },
          { name: 'JSON', urls: { everything: files.allJson } },
        ];
  return (
    <Part title="Take it along">
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
        <CsvButton name={`cascade-run-${run.runId}-trips`} what="the trips" rows={trips ?? []} columns={TRIP_COLUMNS} testId="run-csv" />
        <Button startIcon={<DownloadIcon fontSize="small" />} disabled={!isReady} onClick={saveGeoJson} data-testid="run-geojson">
          GeoJSON
        </Button>
        <Button component="a" href={`/cascade/report?run=${encodeURIComponent(run.runId)}`} onClick={followLink} data-testid="run-report">
          Report to print
        </Button>
      </Box>
      {error !== undefined && files == null && !fetching && <ErrorLine title="The files could not be listed" onRetry={refetch} />}
      {groups.map(({ name, urls }) => (
        <Note key={name}>
          {name}:{' '}
          {Object.entries(urls).map(([part, url], i) => (
            <span key={part}>
              {i > 0 && ' · '}
              <Link href={url} download>
                {part}
              </Link>
            </span>
          ))}
        </Note>
      ))}
    </Part>
  );
}
