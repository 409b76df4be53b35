import Box from '@mui/material/Box';

import type { UnitSystem } from '../../lib/units';
import { formatMetres } from '../../lib/units';

import { LevelMark } from './LevelMark';
import type { Column } from './Table';
import { urgency } from './levels';
import type { TreeRisk } from './queries';
import { clearanceWords, figure, treeName, yearsWords } from './words';

/** Trees as a table shows them and a file holds them. */
export function treeColumns(units: UnitSystem): Column<TreeRisk>[] {
  return [
    {
      key: 'tree_id',
      label: 'Tree',
      value: (tree) => tree.assetId,
      cell: (tree) => (
        <>
          {treeName(tree)}
          <Box component="span" sx={{ display: 'block', fontSize: '0.6875rem', color: 'text.secondary' }}>
            {tree.assetId}
          </Box>
        </>
      ),
    },
    {
      key: 'level',
      label: 'Level',
      value: (tree) => tree.level,
      order: (tree) => urgency(tree.level),
      cell: (tree) => <LevelMark level={tree.level} />,
    },
    {
      key: 'height_m',
      label: 'Height',
      isNumber: true,
      value: (tree) => tree.heightM,
      cell: (tree) => formatMetres(tree.heightM, units, 0),
    },
    {
      key: 'distance_m',
      label: 'Away',
      title: 'From its foot to the nearest line',
      isNumber: true,
      value: (tree) => tree.distanceM,
      cell: (tree) => formatMetres(tree.distanceM, units, 0),
    },
    {
      key: 'years_to_encroachment',
      label: 'Clearance',
      title: 'How it stands to the clearance, and when it comes inside',
      isNumber: true,
      value: (tree) => tree.yearsToEncroachment,
      cell: (tree) => (
        <>
          {clearanceWords(tree.clearanceDeficitM, units)}
          <Box component="span" sx={{ display: 'block', fontSize: '0.6875rem', color: 'text.secondary' }}>
            {yearsWords(tree.yearsToEncroachment)}
          </Box>
        </>
      ),
    },
    {
      key: 'customer_minutes_per_year',
      label: 'Cust-min/y',
      title: 'Customer-minutes that its fall is expected to cost in a year',
      isNumber: true,
      value: (tree) => tree.customerMinutesPerYear,
      cell: (tree) => figure(tree.customerMinutesPerYear),
    },
    { key: 'species', label: '', value: (tree) => tree.species },
    { key: 'crown_radius_m', label: '', value: (tree) => tree.crownRadiusM },
    { key: 'growth_m_per_year', label: '', value: (tree) => tree.growthMPerYear },
    { key: 'clearance_deficit_m', label: '', value: (tree) => tree.clearanceDeficitM },
    { key: 'overstrike_m', label: '', value: (tree) => tree.overstrikeM },
    { key: 'strikes_per_year', label: '', value: (tree) => tree.strikesPerYear },
    { key: 'customers', label: '', value: (tree) => tree.customers },
    { key: 'risk_rating', label: '', value: (tree) => tree.riskRating },
    { key: 'circuit_id', label: '', value: (tree) => tree.circuit?.assetId },
    { key: 'grow_in_line_id', label: '', value: (tree) => tree.growInLineId },
    { key: 'fall_in_line_id', label: '', value: (tree) => tree.fallInLineId },
    { key: 'lon', label: '', value: (tree) => tree.lon },
    { key: 'lat', label: '', value: (tree) => tree.lat },
  ];
}
