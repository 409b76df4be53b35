import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import type { Shape, ShapeKind } from '../../lib/geo/shapes';
import { useUnits } from '../../lib/preferences';

import { RADIUS_UNIT, readShape, writePlaces, writeRadius } from './typed';

interface Props {
  kind: ShapeKind;
  /** The one to change; null: a new one. */
  shape: Shape | null;
  onShape: (shape: Shape) => void;
}

const LABELS: Readonly<Record<ShapeKind, string>> = {
  distance: 'Places: latitude, longitude',
  area: 'Corners: latitude, longitude',
  circle: 'Centre: latitude, longitude',
  rectangle: 'Two corners: latitude, longitude',
  polygon: 'Corners: latitude, longitude',
};

/** A shape by its coordinates, for those who do not point. */
export function TypedShape({ kind, shape, onShape }: Props) {
  const units = useUnits();
  const [text, setText] = useState(() => (shape === null ? '' : writePlaces(shape.points)));
  const [radius, setRadius] = useState(() => writeRadius(shape?.radiusM ?? null, units));
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const read = readShape(kind, text, radius, units);
    if ('problem' in read) setProblem(read.problem);
    else {
      setProblem(null);
      onShape(read.shape);
    }
  };
  return (
    <Box component="form" onSubmit={submit} noValidate sx={{ display: 'grid', gap: 1, pt: 1 }}>
      <TextField
        label={LABELS[kind]}
        multiline={kind !== 'circle'}
        minRows={kind === 'circle' ? undefined : 2}
        maxRows={6}
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={problem !== null}
        helperText={problem ?? (kind === 'circle' ? 'Degrees, such as 29.7604, -95.3698' : 'Degrees, a place a line')}
        slotProps={{ htmlInput: { 'data-testid': 'typed-places', spellCheck: false } }}
      />
      {kind === 'circle' && (
        <TextField
          label={`Radius, ${RADIUS_UNIT[units]}`}
          value={radius}
          onChange={(event) => setRadius(event.target.value)}
          slotProps={{ htmlInput: { 'data-testid': 'typed-radius', inputMode: 'decimal' } }}
        />
      )}
      <Button type="submit" variant="outlined" data-testid="typed-submit">
        {shape === null ? 'Draw it' : 'Change it'}
      </Button>
    </Box>
  );
}
