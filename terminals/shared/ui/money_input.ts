// What a person types as an amount, read as a decimal string with two places. Nothing is rounded: what is finer than a
// fen is no amount. Full-width digits and points, which a Chinese input method leaves behind, are read as what they mean.

/** "１２。5" → "12.5": only characters change, never a value. */
function plain(text: string): string {
  return text
    .trim()
    .replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[。．]/g, '.')
    .replace(/，/g, ',')
}

/** "1,234.5" → "1234.50"; null for anything that is no amount: a sign, a third place, a comma that groups nothing. */
export function money_of(text: string): string | null {
  const match = /^(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{0,2}))?$/.exec(plain(text))
  if (!match) return null
  const whole = match[1]!.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  return `${whole}.${(match[2] ?? '').padEnd(2, '0')}`
}

/** Whole pieces of notes or coins; "" is none. Null for anything else. */
export function pieces_of(text: string): number | null {
  const typed = plain(text)
  if (typed === '') return 0
  return /^\d{1,6}$/.test(typed) ? Number(typed) : null
}
