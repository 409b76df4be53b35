import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { visuallyHidden } from '../../../ui/visuallyHidden';

import { unusedColumns, withKind, withRule } from './mapping';
import type { Mapping, Rule, RuleKind } from './mapping';

const KINDS: readonly (readonly [RuleKind, string])[] = [
  ['COLUMN', 'A column of the file'],
  ['CONSTANT', 'The same in every row'],
  ['GEOMETRY', 'The geometry'],
  ['COMPUTED', 'Computed'],
  ['NONE', 'Nothing'],
];

interface Props {
  mapping: Mapping;
  columns: readonly string[];
  onChange: (mapping: Mapping) => void;
}

/** What fills each column of the layer's table. */
export function MappingEditor({ mapping, columns, onChange }: Props) {
  const [target, setTarget] = useState('');
  const name = target.trim();
  const isNew = /^[a-z][a-z0-9_]*$/.test(name) && !mapping.rules.some((each) => each.target === name);
  const unused = unusedColumns(mapping, columns);
  const add = (): void => {
    onChange(withRule(mapping, name, withKind('COLUMN', unused.length > 0 ? unused : columns)));
    setTarget('');
  };
  return (
    <Box>
      <Table data-testid="mapping-table" sx={{ maxWidth: 860 }}>
        <Box component="caption" sx={visuallyHidden}>
          What fills each column of the layer
        </Box>
        <TableHead>
          <TableRow>
            <TableCell>Column of the layer</TableCell>
            <TableCell>is filled by</TableCell>
            <TableCell>Which</TableCell>
            <TableCell>Unit in the file</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {mapping.rules.map(({ target: of, rule }) => (
            <RuleRow key={of} target={of} rule={rule} columns={columns} onChange={(next) => onChange(withRule(mapping, of, next))} />
          ))}
        </TableBody>
      </Table>
      <Box component="form" onSubmit={(event) => { event.preventDefault(); if (isNew) add(); }} sx={{ display: 'flex', gap: 1, alignItems: 'center', my: 1 }}>
        <TextField label="Another column of the layer" value={target} onChange={(event) => setTarget(event.target.value)} sx={{ width: 260 }} />
        <Button type="submit" variant="outlined" disabled={!isNew}>
          Add
        </Button>
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        {unused.length === 0 ? 'Every column of the file is used.' : `Not used: ${unused.join(', ')}`}
      </Typography>
      {mapping.geometry !== null && (
        <Typography variant="caption" component="p" color="textSecondary">
          The geometry is read from the column {mapping.geometry}.
        </Typography>
      )}
    </Box>
  );
}

interface RowProps {
  target: string;
  rule: Rule;
  columns: readonly string[];
  onChange: (rule: Rule) => void;
}

function RuleRow({ target, rule, columns, onChange }: RowProps) {
  return (
    <TableRow data-target={target}>
      <TableCell component="th" scope="row">
        {target}
      </TableCell>
      <TableCell>
        <TextField
          select
          variant="standard"
          value={rule.kind}
          onChange={(event) => onChange(withKind(event.target.value as RuleKind, columns))}
          slotProps={{ htmlInput: { 'aria-label': `What fills ${target}` }, select: { SelectDisplayProps: { 'aria-label': `What fills ${target}` } } }}
          sx={{ width: 180 }}
        >
          {KINDS.map(([kind, label]) => (
            <MenuItem key={kind} value={kind}>
              {label}
            </MenuItem>
          ))}
        </TextField>
      </TableCell>
      <TableCell>
        {rule.kind === 'COLUMN' && (
          <TextField
            select
            variant="standard"
            value={rule.column}
            onChange={(event) => onChange({ ...rule, column: event.target.value })}
            slotProps={{ select: { SelectDisplayProps: { 'aria-label': `Column for ${target}` } } }}
            sx={{ width: 220 }}
          >
            {[...new Set([rule.column, ...columns])].map((column) => (
              <MenuItem key={column} value={column}>
                {column}
              </MenuItem>
            ))}
          </TextField>
        )}
        {rule.kind === 'CONSTANT' && (
          <TextField
            variant="standard"
            value={rule.constant}
            onChange={(event) => onChange({ ...rule, constant: event.target.value })}
            slotProps={{ htmlInput: { 'aria-label': `Value of ${target}` } }}
            sx={{ width: 220 }}
          />
        )}
      </TableCell>
      <TableCell>
        {rule.kind === 'COLUMN' && (
          <TextField
            variant="standard"
            value={rule.unit}
            placeholder="as in the layer"
            onChange={(event) => onChange({ ...rule, unit: event.target.value })}
            slotProps={{ htmlInput: { 'aria-label': `Unit of ${target} in the file` } }}
            sx={{ width: 120 }}
          />
        )}
      </TableCell>
    </TableRow>
  );
}
