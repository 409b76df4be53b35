import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useEffect, useState } from 'react';

import type { PatchAddress, VegetationAddress } from './address';
import { LEVELS, levelOf, levelWords, lookOf } from './levels';

const TYPING_MS = 400;
const ANY = 'ANY';

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  hasLevel?: boolean;
  hasArea?: boolean;
}

/** Which spans and trees are meant: of a circuit, of a level, in the part of the map one sees. */
export function Filters({ address, onChange, hasLevel = true, hasArea = true }: Props) {
  const [circuit, setCircuit] = useState(address.circuit ?? '');
  const [given, setGiven] = useState(address.circuit);
  if (given !== address.circuit) {
    // Chosen elsewhere: by a row, or by going back.
    setGiven(address.circuit);
    setCircuit(address.circuit ?? '');
  }
  useEffect(() => {
    const text = circuit.trim();
    if (text === (address.circuit ?? '')) return undefined;
    const timer = setTimeout(() => onChange({ circuit: text === '' ? null : text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [circuit, address.circuit, onChange]);
  return (
    <Box role="group" aria-label="What is shown" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', mb: 1.5 }}>
      <TextField
        label="Circuit id"
        value={circuit}
        onChange={(event) => setCircuit(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 120, 'data-testid': 'vegetation-circuit' } }}
        sx={{ flex: '1 1 110px' }}
      />
      {hasLevel && (
        <TextField
          select
          label="Level"
          value={address.level ?? ANY}
          onChange={(event) => onChange({ level: levelOf(event.target.value) })}
          sx={{ flex: '1 1 110px' }}
          slotProps={{ select: { SelectDisplayProps: { 'data-testid': 'vegetation-level' } as object } }}
        >
          <MenuItem value={ANY}>Any</MenuItem>
          {LEVELS.map((level) => (
            <MenuItem key={level} value={level}>
              {levelWords(level)}
              <Box component="span" sx={{ color: 'text.secondary', ml: 1, fontSize: '0.75rem' }}>
                {lookOf(level).meaning}
              </Box>
            </MenuItem>
          ))}
        </TextField>
      )}
      {hasArea && (
        <FormControlLabel
          control={
            <Switch size="small" checked={address.isInView} onChange={(_event, isInView) => onChange({ isInView })} data-testid="vegetation-in-view" />
          }
          label="In view"
          slotProps={{ typography: { variant: 'body2' } }}
          sx={{ mr: 0 }}
        />
      )}
    </Box>
  );
}
