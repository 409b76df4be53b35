import Box from '@mui/material/Box';

import { describeHit, findAsset } from '../../features/layers';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { useStage } from './context';

/** Tells screen readers what is selected on the map: its kind, its name and what is known of its state. */
export function Announcer() {
  const { view, states } = useStage();
  const { selected } = view;
  const hit = selected === null ? null : findAsset(states, selected);
  const found = hit === null ? null : describeHit(states, hit);
  const text =
    found === null
      ? (selected ?? '')
      : [found.kind, found.title, ...found.facts.map(({ label, value }) => `${label} ${value === '–' ? 'unknown' : value}`)].join(', ');
  return (
    <Box role="status" aria-live="polite" data-testid="selection-announced" sx={visuallyHidden}>
      {selected === null ? '' : `Selected: ${text}`}
    </Box>
  );
}
