import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import { notices, useChange } from '../../lib/changes';
import { formatQuantity, plural, UNKNOWN } from '../../lib/format';
import { fromZoned } from '../../lib/zonedTime';

import { LevelMark } from './LevelMark';
import type { WorkProps } from './WorkView';
import { CancelOrder, CreateOrder } from './mutations';
import type { Package } from './queries';
import { dollars, figure, yearsWords } from './words';

/** Priority of an order made of a package, as the server gives it. */
const PRIORITY: Readonly<Record<string, string>> = { CRITICAL: 'high', HIGH: 'medium', MEDIUM: 'low' };

/** The trees to trim along a span, and the order made of them. */
export function PackageCard({ each, address, onChange, permissions, timeZone, onLocate, orderOf }: WorkProps & { each: Package }) {
  const [isOrdering, setOrdering] = useState(false);
  const cost = address.usdPerCrewH === null || each.effortH == null ? null : each.effortH * address.usdPerCrewH;
  const { workOrderId } = each;
  return (
    <Box component="li" data-testid={`package-${each.assetId}`} sx={{ py: 0.75, borderBottom: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, fontSize: '0.8125rem' }}>
        <Button onClick={() => onChange({ tab: 'spans', span: each.assetId })} sx={{ px: 0.5, minWidth: 0, ml: -0.5 }}>
          {each.assetId}
        </Button>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} noWrap>
          {each.circuit?.name ?? each.circuit?.assetId ?? ''}
        </Typography>
        <LevelMark level={each.level} />
        <Button onClick={() => onLocate(each.assetId, each)}>Map</Button>
        {workOrderId == null && permissions.has('grid.add_workorder') && (
          <Button variant="outlined" aria-expanded={isOrdering} onClick={() => setOrdering(!isOrdering)} data-testid={`order-package-${each.assetId}`}>
            Order…
          </Button>
        )}
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        {plural(each.treeCount, 'tree')}, {each.encroachingCount} within the clearance, {each.strikingCount} can fall on the line · due{' '}
        {each.earliestYears === 0 ? 'now' : each.earliestYears == null ? UNKNOWN : `within ${yearsWords(each.earliestYears)}`} ·{' '}
        {figure(each.customerMinutesPerYear)} customer-minutes a year · {formatQuantity(each.effortH, 'h', 1)} of a crew ·{' '}
        <span title={cost === null ? 'Say under “Cycle” what an hour of a crew costs' : undefined}>cost {dollars(cost)}</span>
        {workOrderId == null && ` · ${PRIORITY[each.level] ?? UNKNOWN} priority`}
      </Typography>
      {isOrdering && workOrderId == null && <OrderForm each={each} timeZone={timeZone} permissions={permissions} onDone={() => setOrdering(false)} />}
      {workOrderId != null && orderOf(workOrderId)}
    </Box>
  );
}

interface FormProps {
  each: Package;
  timeZone: string;
  permissions: ReadonlySet<string>;
  onDone: () => void;
}

function OrderForm({ each, timeZone, permissions, onDone }: FormProps) {
  const create = useChange(CreateOrder);
  const cancel = useChange(CancelOrder);
  const [at, setAt] = useState('');
  const [note, setNote] = useState('');
  const [isBusy, setBusy] = useState(false);
  const scheduledAt = at === '' ? null : fromZoned(at, timeZone);
  const isWrong = at !== '' && scheduledAt === null;
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (isWrong) return;
    setBusy(true);
    const { row, problem } = await create({
      input: { packageId: each.assetId, scheduledAt, note: note.trim() === '' ? null : note.trim() },
    });
    setBusy(false);
    if (problem !== undefined) {
      notices.set({ text: problem.message, isRefusal: true });
      return;
    }
    const undo = async (): Promise<void> => {
      const { problem: why } = await cancel({ input: { workOrderId: row.assetId, expectedVersion: row.version, note: 'Ordered by mistake' } });
      notices.set(
        why === undefined ? { text: `${row.assetId} is cancelled; the trees of ${each.assetId} wait again.`, isRefusal: false } : { text: why.message, isRefusal: true },
      );
    };
    notices.set({
      text: `${row.assetId} is open: trim ${plural(each.treeCount, 'tree')} at ${each.assetId}`,
      isRefusal: false,
      ...(permissions.has('grid.change_workorder') && { undo }),
    });
    onDone();
  };
  return (
    <Box
      component="form"
      aria-label={`Order to trim ${each.assetId}`}
      data-testid="order-form"
      onSubmit={(event) => void submit(event)}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'flex-start', my: 0.75 }}
    >
      <TextField
        type="datetime-local"
        label="Scheduled (may be empty)"
        value={at}
        onChange={(event) => setAt(event.target.value)}
        error={isWrong}
        helperText={isWrong ? 'There is no such time' : undefined}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { 'data-testid': 'order-scheduled' } }}
        sx={{ flex: '1 1 190px' }}
      />
      <TextField label="Note" value={note} onChange={(event) => setNote(event.target.value)} slotProps={{ htmlInput: { maxLength: 500 } }} sx={{ flex: '1 1 140px' }} />
      <Button onClick={onDone}>Leave it</Button>
      <Button type="submit" variant="contained" disabled={isBusy || isWrong} data-testid="order-submit">
        Order
      </Button>
    </Box>
  );
}
