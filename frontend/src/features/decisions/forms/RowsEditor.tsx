import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import { AddIcon, DeleteIcon } from '../../../ui/icons';
import { parseNumber } from '../fields';

import { faultOf } from './rows';
import type { Row, RowField } from './rows';

interface Props {
  title: string;
  help: string;
  fields: readonly RowField[];
  rows: readonly Row[];
  empty: Row;
  most: number;
  isChecked: boolean;
  onRows: (rows: readonly Row[]) => void;
  testId: string;
}

/** Rows of a list in a form, as they are typed. */
export function RowsEditor({ title, help, fields, rows, empty, most, isChecked, onRows, testId }: Props) {
  const set = (index: number, name: string, text: string): void => onRows(rows.map((row, at) => (at === index ? { ...row, [name]: text } : row)));
  return (
    <Box component="fieldset" data-testid={testId} sx={{ border: 0, p: 0, m: 0, my: 1, minWidth: 0 }}>
      <Typography component="legend" variant="h3" sx={{ p: 0 }}>
        {title}
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary">
        {help}
      </Typography>
      {rows.map((row, index) => (
        <Box key={index} role="group" aria-label={`${title}: row ${index + 1}`} sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: 0.75, mt: 1 }}>
          {fields
            .filter((field) => field.isFor?.(row) ?? true)
            .map((field) => {
              const text = row[field.name] ?? '';
              const fault = faultOf(field, row);
              const isFaulty = fault !== null && (isChecked || text !== '');
              return (
                <TextField
                  key={field.name}
                  select={field.options !== undefined}
                  label={field.rule?.unit === undefined ? field.label : `${field.label} (${field.rule.unit})`}
                  value={text}
                  onChange={(event) => set(index, field.name, event.target.value)}
                  error={isFaulty}
                  helperText={isFaulty ? fault : undefined}
                  slotProps={{ htmlInput: { maxLength: 200, inputMode: field.rule === undefined ? 'text' : 'decimal' }, formHelperText: { sx: { mx: 0 } } }}
                  sx={{ width: field.widthPx ?? 120 }}
                >
                  {field.options?.map(({ value, label }) => (
                    <MenuItem key={value} value={value}>
                      {label}
                    </MenuItem>
                  ))}
                </TextField>
              );
            })}
          <IconButton aria-label={`Remove row ${index + 1} of ${title}`} onClick={() => onRows(rows.filter((_row, at) => at !== index))}>
            <DeleteIcon fontSize="small" />
          </IconButton>
        </Box>
      ))}
      <Button startIcon={<AddIcon />} disabled={rows.length >= most} onClick={() => onRows([...rows, empty])} sx={{ mt: 0.5 }}>
        Add a row
      </Button>
    </Box>
  );
}

/** The number in a field of a row, as the API takes it. */
export function numberOf(row: Row, field: RowField): number | null {
  return field.rule === undefined ? null : parseNumber(row[field.name] ?? '', field.rule).value;
}
