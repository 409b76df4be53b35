/** How a figure is computed, from where the rule is, and where its parts can be worked on. */
export interface AboutKpi {
  formula: string;
  standard: string | null;
  parts: 'transformers' | 'circuits' | 'outages' | 'months' | null;
  link: { label: string; href: string } | null;
}

const IEEE = 'IEEE Std 1366: interruptions of more than five minutes';
const OUTAGES = { label: 'Outages', href: '/outages' };
const RELIABILITY = { label: 'Reliability', href: '/outages?tab=reliability' };
const RATINGS = 'Static thermal rating of the conductor corrected for air temperature, wind and sun of the hour (IEEE Std 738)';

const ABOUT: Readonly<Record<string, AboutKpi>> = {
  customersServed: { formula: 'Active accounts − customers of active outages not yet restored', standard: null, parts: 'outages', link: OUTAGES },
  activeOutages: { formula: 'Count of outages predicted, confirmed, assigned or in progress', standard: null, parts: 'outages', link: OUTAGES },
  customersOut: { formula: 'Sum of customers of active outages − those restored in steps', standard: null, parts: 'outages', link: OUTAGES },
  loadMw: { formula: 'Metered energy of the hour (MWh) ÷ 1 h, of the newest hour with 90 % of all meters’ time', standard: null, parts: 'transformers', link: { label: 'AMI analytics', href: '/ami' } },
  overloadedTransformersPct: { formula: 'Transformers whose hourly load exceeds their rating ÷ transformers with a known load', standard: 'Nameplate rating; overload by IEEE Std C57.91', parts: 'transformers', link: { label: 'Asset health', href: '/assets' } },
  openWorkOrders: { formula: 'Count of work orders neither completed nor cancelled', standard: null, parts: null, link: { label: 'Work orders', href: '/outages?tab=orders' } },
  crewsActive: { formula: 'Count of crews assigned or on site', standard: null, parts: null, link: OUTAGES },
  averageRestorationMinutes: { formula: 'Σ(customers × minutes out) ÷ Σ customers, of outages restored in the last 30 days, major events included', standard: 'CAIDI in kind (IEEE Std 1366), over 30 days', parts: 'months', link: RELIABILITY },
  saidiYtdMin: { formula: 'SAIDI = Σ(customers × minutes out) ÷ customers served', standard: IEEE, parts: 'months', link: RELIABILITY },
  saifiYtd: { formula: 'SAIFI = Σ customers interrupted ÷ customers served', standard: IEEE, parts: 'months', link: RELIABILITY },
  operationalMarginPct: { formula: '1 − Σ load ÷ Σ weather rating, over circuits whose load and rating are known', standard: RATINGS, parts: 'circuits', link: null },
  capacityLeftMw: { formula: '(Σ weather rating − Σ load) × power factor 0.95', standard: RATINGS, parts: 'circuits', link: null },
  circuitsAbove85Pct: { formula: 'Circuits above 85 % of their weather rating ÷ circuits whose loading is known', standard: RATINGS, parts: 'circuits', link: null },
  assetHealthIndex: { formula: 'Mean health index of transformers and poles', standard: null, parts: null, link: { label: 'Asset health', href: '/assets' } },
};

export function aboutKpi(key: string): AboutKpi {
  return ABOUT[key] ?? { formula: '', standard: null, parts: null, link: null };
}
