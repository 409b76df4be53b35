import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';

import { parseNumber, rangeWords } from './fields';
import type { NumberRule } from './fields';

interface NumberFieldProps {
  rule: NumberRule;
  text: string;
  onText: (text: string) => void;
  /** Whether faults of what is left empty show, too. */
  isChecked: boolean;
  testId?: string;
}

/** A number with its unit; what it may be stands below it. */
export function NumberField({ rule, text, onText, isChecked, testId }: NumberFieldProps) {
  const { fault } = parseNumber(text, rule);
  const isFaulty = fault !== null && (isChecked || text.trim() !== '');
  const isPlain = rule.min === 0 && rule.max === undefined;
  const hint = [rule.help, isPlain ? null : rangeWords(rule)].filter((part) => part != null).join(' ');
  return (
    <TextField
      label={rule.label}
      value={text}
      onChange={(event) => onText(event.target.value)}
      error={isFaulty}
      helperText={isFaulty ? fault : hint}
      required={rule.isRequired === true}
      slotProps={{
        htmlInput: { inputMode: 'decimal', 'data-testid': testId },
        input: rule.unit === undefined ? undefined : { endAdornment: <InputAdornment position="end">{rule.unit}</InputAdornment> },
        formHelperText: { sx: { mx: 0 } },
      }}
    />
  );
}

export function Flag({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <FormControlLabel
      control={<Checkbox size="small" checked={isOn} onChange={(event) => onChange(event.target.checked)} />}
      label={label}
      slotProps={{ typography: { variant: 'body2' } }}
      sx={{ ml: 0, mr: 0 }}
    />
  );
}

/** Fields side by side, as many as fit. */
export function FieldGrid({ children, minPx = 190 }: { children: ReactNode; minPx?: number }) {
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: `repeat(auto-fill, minmax(${minPx}px, 1fr))`, gap: 1.25, alignItems: 'start', my: 1 }}>
      {children}
    </Box>
  );
}
