import type { Plugin } from 'esbuild';

export declare const leanPanels: Plugin;
