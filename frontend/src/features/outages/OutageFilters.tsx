import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import { humanize } from '../../lib/format';

import { NO_CAUSE, PLANNED, SHOWN } from './address';
import type { OutageAddress } from './address';
import { CauseCodesQuery } from './queries';
import { ACTIVE_STATUSES } from './steps';

const TYPING_MS = 300;
const ALL = 'ALL';

interface Props {
  address: OutageAddress;
  onChange: (change: Partial<OutageAddress>) => void;
}

/** Which outages are listed. */
export function OutageFilters({ address, onChange }: Props) {
  const [{ data }] = useQuery({ query: CauseCodesQuery });
  const [circuit, setCircuit] = useState(address.circuit ?? '');
  useEffect(() => {
    const text = circuit.trim();
    if (text === (address.circuit ?? '')) return undefined;
    const timer = setTimeout(() => onChange({ circuit: text === '' ? null : text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [circuit, address.circuit, onChange]);
  const causes = data?.causeCodes ?? [];
  const isCauseKnown = address.cause === null || address.cause === NO_CAUSE || causes.some(({ code }) => code === address.cause);
  return (
    <Box role="group" aria-label="Which outages are listed" sx={{ mb: 1 }}>
      <ToggleButtonGroup
        exclusive
        fullWidth
        size="small"
        value={address.show}
        onChange={(_event, show: OutageAddress['show'] | null) => show !== null && onChange({ show, status: null })}
        aria-label="Active, restored or all"
        sx={{ mb: 1, '& .MuiToggleButton-root': { py: 0.25, textTransform: 'none' } }}
      >
        {SHOWN.map((show) => (
          <ToggleButton key={show} value={show} data-testid={`show-${show}`}>
            {humanize(show)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(104px, 1fr))', gap: 1 }}>
        {address.show !== 'restored' && (
          <TextField select label="Status" value={address.status ?? ALL} onChange={(event) => onChange({ status: chosen(event.target.value) })}>
            <MenuItem value={ALL}>Any</MenuItem>
            {[...ACTIVE_STATUSES, ...(address.show === 'all' ? ['RESTORED', 'CANCELLED'] : [])].map((status) => (
              <MenuItem key={status} value={status}>
                {humanize(status)}
              </MenuItem>
            ))}
          </TextField>
        )}
        <TextField select label="Cause" value={address.cause ?? ALL} onChange={(event) => onChange({ cause: chosen(event.target.value) })}>
          <MenuItem value={ALL}>Any</MenuItem>
          <MenuItem value={NO_CAUSE}>Not known yet</MenuItem>
          {!isCauseKnown && address.cause !== null && <MenuItem value={address.cause}>{humanize(address.cause)}</MenuItem>}
          {causes.map(({ code, label }) => (
            <MenuItem key={code} value={code}>
              {label}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label="Planned"
          value={address.planned}
          onChange={(event) => onChange({ planned: PLANNED.find((each) => each === event.target.value) ?? 'all' })}
        >
          <MenuItem value="all">Both</MenuItem>
          <MenuItem value="unplanned">Unplanned</MenuItem>
          <MenuItem value="planned">Planned</MenuItem>
        </TextField>
        <TextField
          label="Circuit id"
          value={circuit}
          onChange={(event) => setCircuit(event.target.value)}
          slotProps={{ htmlInput: { maxLength: 120, 'data-testid': 'filter-circuit' } }}
        />
      </Box>
    </Box>
  );
}

function chosen(value: string): string | null {
  return value === ALL ? null : value;
}
