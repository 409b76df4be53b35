import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useId, useMemo, useState } from 'react';

import { DataTable } from '../../../ui/DataTable';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';

import { tripColumns } from './TripsOfWave';
import type { Trips } from './trips';

const ALL = 'all';

interface Props {
  runId: string;
  trips: Trips | null;
  problem: string | null;
  onRetry: () => void;
  onSelect: (assetId: string) => void;
}

/** Every branch that tripped: when, why, and what led to it. */
export function ElementsPart({ runId, trips, problem, onRetry, onSelect }: Props) {
  const id = useId();
  const [wave, setWave] = useState(ALL);
  const [text, setText] = useState('');
  const columns = useMemo(() => tripColumns(onSelect), [onSelect]);
  const waves = useMemo(() => [...new Set(trips?.map((row) => row.wave))], [trips]);
  const rows = useMemo(() => {
    const sought = text.trim().toLowerCase();
    return (trips ?? []).filter(
      (row) =>
        (wave === ALL || row.wave === Number(wave)) &&
        (sought === '' || [row.name, row.branchId, row.cause, row.parentId ?? ''].some((part) => part.toLowerCase().includes(sought))),
    );
  }, [trips, wave, text]);
  if (problem !== null) return <ErrorState title="The trips could not be loaded" detail={problem} onRetry={onRetry} />;
  if (trips === null) return <LoadingState label="Loading the trips" minHeight={220} />;
  return (
    <>
      <div style={{ display: 'flex', gap: 8, marginBottom: 8, marginTop: 12 }}>
        <TextField id={`${id}-text`} fullWidth label="Find by name, id or cause" value={text} onChange={(event) => setText(event.target.value)} />
        <TextField id={`${id}-wave`} select label="Wave" value={wave} onChange={(event) => setWave(event.target.value)} sx={{ minWidth: 96 }}>
          <MenuItem value={ALL}>All</MenuItem>
          {waves.map((each) => (
            <MenuItem key={each} value={String(each)}>
              {each}
            </MenuItem>
          ))}
        </TextField>
      </div>
      <DataTable label="Tripped branches" rows={rows} columns={columns} rowKey={(row) => row.branchId} testId="element-table" csv={`cascade-run-${runId}-trips`} pageSize={25} />
    </>
  );
}
