# SPDX-License-Identifier: GPL-2.0-only
#
# Part of smbsignctl: the transforms through AF_ALG, the kernel's socket for
# them.  perl belongs to every Debian, this needs no module of it but Config.
#
#   perl afalg.pl selftest   prints "NAME ok" or "NAME failed WHY" for each
#   perl afalg.pl bench      prints "NAME MB/s" for each
#
# Either prints "- WHY" if AF_ALG cannot be had here.

use strict;
use warnings;
use Config;

my ($AF_ALG, $SOCK_SEQPACKET, $SOL_ALG, $ALG_SET_KEY) = (38, 5, 279, 1);

# Captured messages, those of the module's power-on self-test: name, key,
# signature, message.
my @known = (
	['gmac(aes)', 'f5d0e57287a72f20241ca77ac6fdf8ac',
	 '6ca1410e2457c2a82a5aad1554229029',
	 'fe534d4240000000000000000c0000001a000000000000000a00000000000000' .
	 '0a00000000000000b63bcc8f000000006ca1410e2457c2a82a5aad1554229029' .
	 '04000000'],
	['cmac(aes)', 'ff929afe038b3a939151de8a4ba786ed',
	 'ef5814b3d3d9e6dffa3ba28ca10d82ab',
	 'fe534d4240000100000000000300010008000000000000000300000000000000' .
	 '00000000000000006265c29700000000ef5814b3d3d9e6dffa3ba28ca10d82ab' .
	 '09000000480022005c005c003100320037002e0030002e0030002e0031005c00' .
	 '73006800610072006500'],
	['hmac(sha256)', '954bd20fa97c6bac26378ae0470249e0',
	 '7335f9baf8da722ae9881e2f6752850d',
	 'fe534d4240000000000000000300010008000000000000000300000000000000' .
	 '0000000000000000a79cfaf9000000007335f9baf8da722ae9881e2f6752850d' .
	 '09000000480020005c005c003100320037002e0030002e0030002e0031005c00' .
	 '4900500043002400'],
	['md5', '15519c4f38e01d6a708edce35e305663',
	 '9e39824355786db9',
	 'ff534d4275000000001857c8000002000000000000000000ffffd53ce3810300' .
	 '04ff0000000c0001002700005c005c003100320037002e0030002e0030002e00' .
	 '31005c004900500043002400000049504300'],
);

# perl's accept() asks for the peer's address, which AF_ALG does not have, so it
# is called by its number: the beginning of the architecture's name in perl.
my %accept = ('x86_64-linux-gnu-' => 43, 'aarch64-' => 202, 'riscv64-' => 202,
	      'powerpc64le-' => 330);

sub give_up
{
	print "- $_[0]\n";
	exit;
}

# A socket that hashes, or an error.
sub transform
{
	my ($name, $key) = @_;
	my ($nr) = map { $accept{$_} } grep { index($Config{archname}, $_) == 0 } keys %accept;

	give_up("this command does not know accept() of $Config{archname}") unless $nr;
	socket(my $sock, $AF_ALG, $SOCK_SEQPACKET, 0) or give_up("no AF_ALG: $!");
	bind($sock, pack('S a14 L L a64', $AF_ALG, 'hash', 0, 0, "smbsign($name)")) or
		return (undef, "bind: $!");
	setsockopt($sock, $SOL_ALG, $ALG_SET_KEY, $key) or return (undef, "setkey: $!");
	my $fd = syscall($nr, fileno($sock), 0, 0);
	return (undef, "accept: $!") if $fd < 0;
	open(my $op, '+<&=', $fd) or return (undef, "open: $!");
	return ($op, '');
}

sub signature
{
	my ($op, $message) = @_;
	my $signature;

	defined syswrite($op, $message) or return '';
	defined sysread($op, $signature, 16) or return '';
	return $signature;
}

# Flips a bit of the message: in the command, which both headers have.
sub tampered
{
	my $message = shift;

	substr($message, substr($message, 0, 1) eq "\xfe" ? 12 : 4, 1) ^= "\1";
	return $message;
}

# What is wrong; '' if nothing is.
sub check
{
	my ($name, $key, $want, $message) = @_;
	my ($op, $err) = transform($name, $key);

	return $err unless $op;
	return 'another signature' if signature($op, $message) ne $want;
	return 'the same signature for another message'
		if signature($op, tampered($message)) eq $want;
	return '';
}

# Messages of 1 MiB for a second of this process's time, the kernel's included.
sub rate
{
	my ($name, $key, undef, $message) = @_;
	my ($op, $err) = transform($name, $key);
	my ($bytes, $used) = (0, 0);

	return $err unless $op;
	$message .= "\0" x (2 ** 20 - length $message);
	my ($user, $sys) = times;
	while ($used < 1) {
		signature($op, $message) ne '' or return "hash: $!";
		$bytes += length $message;
		my ($user_now, $sys_now) = times;
		$used = $user_now - $user + $sys_now - $sys;
	}
	return sprintf '%.0f', $bytes / $used / 1e6;
}

for my $case (@known) {
	my ($name, @hex) = @$case;
	my @args = ($name, map { pack 'H*', $_ } @hex);

	if ($ARGV[0] eq 'bench') {
		printf "%s %s\n", $name, rate(@args);
	} else {
		my $err = check(@args);
		printf "%s %s\n", $name, $err eq '' ? 'ok' : "failed $err";
	}
}
