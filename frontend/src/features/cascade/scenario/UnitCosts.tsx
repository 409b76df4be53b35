import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useStore } from '../../../lib/store';
import { DeleteIcon } from '../../../ui/icons';
import { draftStore, editDocument, readDocument } from '../draft';

import { listAt, writeAt } from './document';
import { costSettings } from './settings';
import type { NumberSetting } from './settings';

/** What a megawatt-hour costs, by fuel. */
export function UnitCosts({ problem, field }: { problem: string | undefined; field: (setting: NumberSetting) => ReactNode }) {
  const { document } = useStore(draftStore);
  const [fuel, setFuel] = useState('');
  const add = (): void => {
    editDocument((before) => writeAt(before, 'unit_costs', [...listAt(before, 'unit_costs'), { fuel: fuel.trim(), basis: 'ASSUMPTION' }]));
    setFuel('');
  };
  const remove = (index: number): void => {
    // What was typed goes into the document first: the places of the others move up.
    draftStore.set((draft) => {
      const costs = listAt(readDocument(draft).document, 'unit_costs').filter((_, at) => at !== index);
      const texts = Object.fromEntries(Object.entries(draft.texts).filter(([place]) => !place.startsWith('unit_costs.')));
      return { ...draft, texts, document: writeAt(draft.document, 'unit_costs', costs.length === 0 ? undefined : costs) };
    });
  };
  return (
    <Box role="group" aria-label="Costs of units" sx={{ mt: 1 }}>
      {problem !== undefined && (
        <Typography variant="caption" component="p" color="error" role="alert">
          {problem}
        </Typography>
      )}
      {costSettings(document).map((setting, i) => (
        <Box key={setting.place} sx={{ display: 'flex', alignItems: 'flex-start', gap: 0.5, mt: 0.5, '& > :first-of-type': { flex: 1 } }}>
          {field(setting)}
          <IconButton
            size="small"
            aria-label={`Remove the cost of ${setting.label}`}
            onClick={() => remove(i)}
          >
            <DeleteIcon fontSize="small" />
          </IconButton>
        </Box>
      ))}
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'flex-start', mt: 0.5 }}>
        <TextField
          label="Fuel"
          value={fuel}
          onChange={(event) => setFuel(event.target.value)}
          helperText="Such as ng or coal; empty: all others"
          slotProps={{ htmlInput: { maxLength: 40 } }}
        />
        <Button onClick={add}>Add</Button>
      </Box>
    </Box>
  );
}
