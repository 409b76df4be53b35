import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';

import { useUnits } from '../../../lib/preferences';

import { rangeText } from './settings';
import type { NumberSetting } from './settings';

interface Props {
  setting: NumberSetting;
  /** As typed, or as the document says it; degrees Celsius. */
  text: string;
  problem: string | undefined;
  onText: (text: string) => void;
}

/** A number with its unit, what may be typed, and what it means. */
export function NumberField({ setting, text, problem, onText }: Props) {
  const id = useId();
  const isUs = useUnits() === 'us' && setting.unit === '°C';
  const [typed, setTyped] = useState<string | null>(null);
  const shown = isUs ? (typed ?? fahrenheitOf(text)) : text;
  const bounds = isUs ? { ...setting, lowest: -130, highest: 140 } : setting;
  return (
    <TextField
      id={id}
      label={setting.label}
      value={shown}
      onChange={(event) => {
        const { value } = event.target;
        if (isUs) setTyped(value);
        onText(isUs ? celsiusOf(value) : value);
      }}
      onBlur={() => setTyped(null)}
      error={problem !== undefined}
      helperText={problem === undefined ? setting.help || ' ' : isUs && problem.startsWith('From') ? rangeText(bounds) : problem}
      title={rangeText(bounds)}
      slotProps={{
        htmlInput: { inputMode: 'decimal', maxLength: 20, 'aria-label': setting.label },
        input: {
          endAdornment:
            setting.unit === '' ? undefined : (
              <InputAdornment position="end" disableTypography sx={{ fontSize: '0.75rem', color: 'text.secondary', whiteSpace: 'nowrap' }}>
                {isUs ? '°F' : setting.unit}
              </InputAdornment>
            ),
        },
      }}
    />
  );
}

function fahrenheitOf(celsius: string): string {
  return celsius.trim() === '' || !Number.isFinite(Number(celsius)) ? celsius : String(Number((Number(celsius) * 1.8 + 32).toFixed(2)));
}

function celsiusOf(fahrenheit: string): string {
  return fahrenheit.trim() === '' || !Number.isFinite(Number(fahrenheit))
    ? fahrenheit
    : String(Number(((Number(fahrenheit) - 32) / 1.8).toPrecision(12)));
}
