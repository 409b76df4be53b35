import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

import type { LegendEntry } from '../../../lib/colourScale';
import { isLayerKey } from '../../../lib/columns/layers';
import type { LayerKey } from '../../../lib/columns/layers';
import { withFilter } from '../../../lib/layerDisplay';
import { filtersInForce } from '../filters/apply';
import { classesOf, FILTERS_AT_FIRST, nameOf, readColumn, valuesIn } from '../filters/fields';
import type { FilterField } from '../filters/fields';
import type { LayerStates } from '../loader';

import type { PanelState } from './LayerRow';

/** More than these are looked up rather than shown side by side. */
const SIDE_BY_SIDE = 8;

interface Props {
  field: FilterField;
  legend: readonly LegendEntry[];
  panel: PanelState;
}

/** Which classes of a field are shown; none chosen: all. */
export function FilterChoice({ field, legend, panel }: Props) {
  const { display, onDisplay, layers } = panel;
  const name = nameOf(field);
  const chosen = filtersInForce(display.filters)[name] ?? [];
  const classes = classesOf(field, legend, field.kind === 'VALUES' ? loadedValues(field, layers.states) : []);
  const choose = (next: readonly string[]): void => {
    // Nothing chosen is all, also where some are chosen at first.
    const isAll = next.length === 0 && FILTERS_AT_FIRST[name] !== undefined;
    onDisplay({ filters: withFilter(display.filters, name, isAll ? classes.map((each) => each.key) : next) });
  };
  if (classes.length > SIDE_BY_SIDE) {
    return (
      <Autocomplete
        multiple
        size="small"
        limitTags={2}
        options={classes.map((each) => each.key)}
        getOptionLabel={(key) => classes.find((each) => each.key === key)?.label ?? key}
        value={[...chosen]}
        onChange={(_event, next) => choose(next)}
        renderInput={(props) => <TextField {...props} variant="standard" label={field.title} />}
        sx={{ mb: 0.5 }}
      />
    );
  }
  if (classes.length === 0) return null;
  return (
    <Box role="group" aria-label={field.title} sx={{ mb: 0.5 }}>
      <Typography variant="caption" color="textSecondary" component="p">
        {field.title}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
        {classes.map(({ key, label }) => {
          const isOn = chosen.includes(key);
          return (
            <Chip
              key={key}
              size="small"
              label={label}
              variant={isOn ? 'filled' : 'outlined'}
              color={isOn ? 'primary' : 'default'}
              aria-pressed={isOn}
              onClick={() => choose(isOn ? chosen.filter((each) => each !== key) : [...chosen, key])}
            />
          );
        })}
      </Box>
    </Box>
  );
}

function loadedValues(field: FilterField, states: LayerStates): string[] {
  const lists = Object.entries(field.columns ?? {}).flatMap(([layer]) => (isLayerKey(layer) ? valuesOf(field, layer, states) : []));
  return [...new Set(lists)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function valuesOf(field: FilterField, layer: LayerKey, states: LayerStates): string[] {
  const values = readColumn(field, layer, states[layer]?.columns ?? null);
  return Array.isArray(values) ? valuesIn(values.map((value: unknown) => (typeof value === 'string' ? value : null))) : [];
}
