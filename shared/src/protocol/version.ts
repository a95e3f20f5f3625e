/** Raised when a method's shape changes. `initialize` refuses another major and names the upgrade. */
export const protocolVersion = '1.0';
