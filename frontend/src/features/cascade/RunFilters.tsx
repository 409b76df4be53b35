import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useId } from 'react';

import { NO_FILTERS } from './runFilters';
import type { Filters, RunOrder } from './runFilters';

const ORDERS: readonly { key: RunOrder; label: string }[] = [
  { key: 'newest', label: 'Newest first' },
  { key: 'lost', label: 'Most MW lost first' },
  { key: 'tripped', label: 'Most trips first' },
];

/** Which runs are listed, and in which order. */
export function RunFilters({ filters, onFilters }: { filters: Filters; onFilters: (filters: Filters) => void }) {
  const id = useId();
  const text = (name: 'name' | 'leastMw' | 'leastTrips', label: string, width: number) => (
    <TextField
      id={`${id}-${name}`}
      label={label}
      value={filters[name]}
      onChange={(event) => onFilters({ ...filters, [name]: event.target.value })}
      slotProps={{ htmlInput: { inputMode: name === 'name' ? 'text' : 'decimal', maxLength: 120, 'data-testid': `filter-${name}` } }}
      sx={{ width }}
    />
  );
  return (
    <Box role="search" aria-label="Runs" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, my: 1 }}>
      {text('name', 'Find by name', 240)}
      {text('leastMw', 'MW lost, at least', 140)}
      {text('leastTrips', 'Trips, at least', 120)}
      <TextField
        id={`${id}-order`}
        select
        label="Order"
        value={filters.order}
        onChange={(event) => onFilters({ ...filters, order: ORDERS.find(({ key }) => key === event.target.value)?.key ?? 'newest' })}
        sx={{ width: 180 }}
      >
        {ORDERS.map(({ key, label }) => (
          <MenuItem key={key} value={key}>
            {label}
          </MenuItem>
        ))}
      </TextField>
      <Button onClick={() => onFilters(NO_FILTERS)}>Clear</Button>
    </Box>
  );
}
