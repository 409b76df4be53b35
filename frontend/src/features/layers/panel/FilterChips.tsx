import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';

import { humanize } from '../../../lib/format';
import { withFilter } from '../../../lib/layerDisplay';
import type { LayerFilters } from '../../../lib/layerDisplay';
import { classesOf, FILTER_FIELDS, nameOf } from '../filters/fields';
import type { MapLayerInfo } from '../queries';

interface Props {
  sources: readonly MapLayerInfo[];
  filters: LayerFilters;
  onFilters: (filters: LayerFilters) => void;
}

/** The filters that are set, each with a way to take it off, and one for all. */
export function FilterChips({ sources, filters, onFilters }: Props) {
  const set = FILTER_FIELDS.flatMap((field) => {
    const chosen = filters[nameOf(field)];
    return chosen === undefined ? [] : [{ field, name: nameOf(field), chosen }];
  });
  if (set.length === 0) return null;
  return (
    <Box role="group" aria-label="Filters" data-testid="filter-chips" sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, px: 1.5, py: 0.75 }}>
      {set.map(({ field, name, chosen }) => {
        const source = sources.find((each) => each.key === field.layer);
        const classes = classesOf(field, source?.legend ?? [], chosen);
        const labels = chosen.map((key) => classes.find((each) => each.key === key)?.label ?? key);
        const subject = source?.title ?? humanize(field.layer);
        return (
          <Chip
            key={name}
            size="small"
            color="primary"
            variant="outlined"
            label={`${subject} · ${field.title}: ${labels.join(', ')}`}
            title={`${subject} · ${field.title}: ${labels.join(', ')}`}
            onDelete={() => onFilters(withFilter(filters, name, []))}
            sx={{ maxWidth: '100%' }}
          />
        );
      })}
      <Button sx={{ py: 0, minWidth: 0 }} onClick={() => onFilters({})} data-testid="reset-filters">
        Reset
      </Button>
    </Box>
  );
}
