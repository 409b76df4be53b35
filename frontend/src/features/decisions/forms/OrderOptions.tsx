import TextField from '@mui/material/TextField';

import { FieldGrid, Flag } from '../Field';

interface Props {
  isCriticalFirst: boolean;
  onCriticalFirst: (isOn: boolean) => void;
  substations: string;
  onSubstations: (text: string) => void;
}

/** What goes before all else in the order of repairs. */
export function OrderOptions({ isCriticalFirst, onCriticalFirst, substations, onSubstations }: Props) {
  return (
    <FieldGrid minPx={260}>
      <Flag label="Substations with critical customers first" isOn={isCriticalFirst} onChange={onCriticalFirst} />
      <TextField
        label="Substations that go first"
        value={substations}
        onChange={(event) => onSubstations(event.target.value)}
        helperText="Ids, separated by commas."
        slotProps={{ htmlInput: { maxLength: 2000 }, formHelperText: { sx: { mx: 0 } } }}
      />
    </FieldGrid>
  );
}
