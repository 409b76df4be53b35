import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import { formatNumber, plural } from '../../lib/format';
import { fromZoned } from '../../lib/zonedTime';

import type { Interruption, Outage } from './queries';
import type { Restored } from './useOutageActions';

interface Props {
  outage: Outage;
  /** Who is still out, as far as it was loaded. */
  open: readonly Interruption[];
  openCount: number;
  timeZone: string;
  onRestore: (restored: Restored) => Promise<unknown>;
  onClose: () => void;
}

/** One step of the restoration: some devices, or all that are left, and when. */
export function RestoreForm({ outage, open, openCount, timeZone, onRestore, onClose }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState('');
  const [isBusy, setBusy] = useState(false);
  const rows = open.filter((each) => chosen.has(each.assetId));
  const customers = rows.length === 0 ? outage.customersOut : rows.reduce((sum, each) => sum + each.customers, 0);
  const instant = at === '' ? null : fromZoned(at, timeZone);
  const problem = at !== '' && instant === null ? 'No such time here' : null;
  const toggle = (assetId: string): void => {
    const next = new Set(chosen);
    if (!next.delete(assetId)) next.add(assetId);
    setChosen(next);
  };
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (problem !== null) return;
    setBusy(true);
    await onRestore({ restoredAt: instant ?? new Date().toISOString(), ...idsOf(rows), customers });
    setBusy(false);
  };
  return (
    <Box
      component="form"
      noValidate
      aria-label="Restore customers"
      data-testid="restore-form"
      onSubmit={(event) => void submit(event)}
      sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, mt: 1 }}
    >
      <Typography variant="h3" component="h4">
        Restore customers
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        Tick the devices whose customers are back; with none ticked, all that are left. This cannot be taken back.
      </Typography>
      <Box component="ul" aria-label="Still out" sx={{ listStyle: 'none', m: 0, p: 0, maxHeight: 180, overflowY: 'auto' }}>
        {open.map((each) => (
          <Box component="li" key={each.assetId} sx={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center' }}>
            <FormControlLabel
              control={<Checkbox size="small" sx={{ p: 0.5 }} checked={chosen.has(each.assetId)} onChange={() => toggle(each.assetId)} />}
              label={(each.meter ?? each.transformer).assetId}
              slotProps={{ typography: { variant: 'body2' } }}
              sx={{ ml: 0 }}
            />
            <Typography variant="caption" color="textSecondary">
              {plural(each.customers, 'customer')}
            </Typography>
          </Box>
        ))}
      </Box>
      {openCount > open.length && (
        <Typography variant="caption" component="p" color="textSecondary">
          {formatNumber(openCount - open.length)} more devices are out and not listed.
        </Typography>
      )}
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start', mt: 1 }}>
        <TextField
          type="datetime-local"
          label="Back since (empty: now)"
          value={at}
          onChange={(event) => setAt(event.target.value)}
          error={problem !== null}
          helperText={problem ?? timeZone}
          slotProps={{ inputLabel: { shrink: true } }}
        />
        <Button type="submit" variant="contained" disabled={isBusy || problem !== null || customers === 0} data-testid="restore-submit" sx={{ mt: 0.5 }}>
          {rows.length === 0 ? `Restore all ${formatNumber(customers)}` : `Restore ${formatNumber(customers)}`}
        </Button>
        <Button onClick={onClose} sx={{ mt: 0.5 }}>
          Close
        </Button>
      </Box>
    </Box>
  );
}

/** Services are out one by one, or with their transformer. */
function idsOf(rows: readonly Interruption[]): Pick<Restored, 'transformerIds' | 'meterIds'> {
  const meterIds = rows.flatMap((each) => (each.meter == null ? [] : [each.meter.assetId]));
  const transformerIds = rows.flatMap((each) => (each.meter == null ? [each.transformer.assetId] : []));
  return {
    transformerIds: transformerIds.length === 0 ? null : transformerIds,
    meterIds: meterIds.length === 0 ? null : meterIds,
  };
}
