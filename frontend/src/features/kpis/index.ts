export { KpiBar } from './KpiBar';
