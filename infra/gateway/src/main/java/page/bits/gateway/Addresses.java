package page.bits.gateway;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** A set of IP addresses, given as addresses and CIDR blocks (RFC 4632, section 3.1). */
final class Addresses {

    private final List<Block> blocks;

    /** Netty's own rule for IPv6 takes every address whose first bits are all ones for one of the block. */
    private record Block(byte[] begin, int bits) {

        boolean contains(byte[] address) {
            return address.length == begin.length && prefix(address).equals(prefix(begin));
        }

        private BigInteger prefix(byte[] address) {
            return new BigInteger(1, address).shiftRight(begin.length * Byte.SIZE - bits);
        }
    }

    /** @throws IllegalArgumentException naming what is neither an address nor a block */
    Addresses(List<String> blocks) {
        this.blocks = blocks.stream().map(String::strip).map(Addresses::block).toList();
    }

    boolean contain(SocketAddress address) {
        return address != null && address.hostAddress() != null && contain(address.hostAddress());
    }

    /** @param address in numbers; whatever else is not contained */
    boolean contain(String address) {
        byte[] bytes = bytes(withoutBrackets(address));
        return bytes != null && blocks.stream().anyMatch(block -> block.contains(bytes));
    }

    private static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    private static Block block(String text) {
        String[] parts = text.split("/", 2);
        byte[] address = bytes(parts[0]);
        try {
            int all = address == null ? -1 : address.length * Byte.SIZE;
            int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : all;
            if (bits >= 0 && bits <= all) {
                return new Block(address, bits);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "'" + text + "' is neither an IP address nor a block of them, such as 10.0.0.0/8");
    }

    /** Four bytes too for an IPv4 address that is written as an IPv6 one; null for what is no address. */
    static byte[] bytes(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }
}
