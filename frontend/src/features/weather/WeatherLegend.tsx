import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import type { UnitSystem } from '../../lib/units';

import type { MeasureLook } from './measures';

/** The colours of a measure from its lowest to its highest stop, in the reader's units. */
export function WeatherLegend({ measure, units }: { measure: MeasureLook; units: UnitSystem }) {
  const { stops } = measure;
  const colours = stops.map(({ colour, alpha }) => `rgb(${colour.join(' ')} / ${Math.round((100 * Math.max(alpha, 40)) / 255)}%)`);
  const [first, last] = [stops[0], stops.at(-1)];
  const middle = stops[Math.floor(stops.length / 2)];
  return (
    <Box role="img" aria-label={`${measure.title} from ${measure.format(first?.value ?? null, units)} to ${measure.format(last?.value ?? null, units)}`} sx={{ width: 190 }}>
      <Typography variant="caption" component="p" sx={{ lineHeight: 1.2 }}>
        {measure.title}
      </Typography>
      <Box style={{ background: stepsOf(stops.map((each) => each.value), colours) }} sx={{ height: 8, borderRadius: 0.5 }} />
      <Box aria-hidden sx={{ display: 'flex', justifyContent: 'space-between' }}>
        {[first, middle, last].map((each, i) => (
          <Typography key={i} variant="caption" color="textSecondary" sx={{ fontSize: '0.6875rem', lineHeight: 1.2 }}>
            {measure.format(each?.value ?? null, units)}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}

/** A band on which each stop stands as far along as in the list: the marks below are evenly spaced, too. */
function stepsOf(values: readonly number[], colours: readonly string[]): string {
  const stops = colours.map((colour, i) => `${colour} ${Math.round((100 * i) / (values.length - 1))}%`);
  return `linear-gradient(90deg, ${stops.join(', ')})`;
}
