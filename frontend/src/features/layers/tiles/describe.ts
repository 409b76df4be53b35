import { formatInstant, formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../../lib/format';
import { formatAirTemperature, formatArea, formatKilometres, formatMetres, formatRain, formatWind } from '../../../lib/units';
import type { UnitSystem } from '../../../lib/units';
import type { HitDescription } from '../assets';
import type { MapLayerInfo } from '../queries';

type Attribute = MapLayerInfo['attributes'][number];
type Properties = Readonly<Record<string, unknown>>;

/** What one of a layer is called. */
const ONE: Readonly<Record<string, string>> = {
  plants: 'Generating unit',
  buses: 'Bus',
  circuits: 'Circuit',
  customers: 'Customer',
  work_orders: 'Work order',
  service_areas: 'Service area of a circuit',
  weather_stations: 'Weather station',
  vegetation: 'Tree',
  vegetation_risk: 'Tree near a line',
  buildings: 'Building',
  water_bodies: 'Water body, not a flood zone',
  flood_zones: 'Flood zone',
};

/** What the property that names a feature is, in the order of preference. */
const NAMES = ['name', 'common_name', 'zone_code', 'id'];

function numberText(value: number, unit: string | null | undefined, units: UnitSystem): string {
  switch (unit) {
    case 'm':
      return formatMetres(value, units);
    case 'km':
      return formatKilometres(value, units);
    case 'm²':
      return formatArea(value, units);
    case 'km²':
      return formatArea(value * 1e6, units);
    case '°C':
      return formatAirTemperature(value, units);
    case 'm/s':
      return formatWind(value, units);
    case 'mm':
      return formatRain(value, units);
    case null:
    case undefined:
      return formatNumber(value, Number.isInteger(value) ? 0 : 1);
    default:
      return formatQuantity(value, unit);
  }
}

function valueText({ kind, unit }: Attribute, value: unknown, at: { units: UnitSystem; timeZone: string }): string {
  if (value === undefined || value === null) return UNKNOWN;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (kind === 'MOMENT' && typeof value === 'string') return formatInstant(value, at.timeZone);
  // Years are no quantities: 1987, not 1,987.
  if (typeof value === 'number') return kind === 'WHOLE' && unit === 'year' ? String(value) : numberText(value, unit, at.units);
  if (typeof value !== 'string') return UNKNOWN;
  return /^[A-Z]+(_[A-Z]+)*$/.test(value) && value.length > 3 ? humanize(value) : value;
}

/** What a feature of a tile says of itself; of one that stands for many, what is folded together of them. */
export function describeTile(
  info: MapLayerInfo,
  properties: Properties,
  at: { units: UnitSystem; timeZone: string; zoom: number },
): HitDescription {
  const isAggregate = properties.is_aggregate === true;
  const facts = info.attributes
    .filter((attribute) => attribute.isOfAggregates === isAggregate && attribute.name !== 'id')
    // Tiles hold no null: what they have of this zoom on and is missing is unknown, the rest is left out of them.
    .filter(({ name, minZoom }) => name in properties || at.zoom >= minZoom)
    .map((attribute) => ({ label: attribute.title, value: valueText(attribute, properties[attribute.name], at) }));
  const count = typeof properties.count === 'number' ? properties.count : null;
  if (isAggregate) {
    return { title: count === null ? info.title : plural(count, 'in this place', 'in this place'), kind: info.title, facts };
  }
  const named = NAMES.map((name) => properties[name]).find((value) => typeof value === 'string');
  return { title: named ?? info.title, kind: ONE[info.key] ?? info.title, facts };
}
