import type { ComponentProps } from 'react';

const looks = {
  plain: 'border-line bg-raised hover:border-edge',
  main: 'border-accent bg-accent text-on-accent hover:opacity-90 font-medium',
  danger: 'border-bad/60 text-bad bg-bad/5 hover:bg-bad/15 font-medium',
};

export function Button({
  look = 'plain',
  className = '',
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof looks }) {
  return (
    <button
      type="button"
      {...rest}
      className={`rounded border px-2.5 py-1 whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${className}`}
    />
  );
}
