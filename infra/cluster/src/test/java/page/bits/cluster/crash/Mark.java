package page.bits.cluster.crash;

/** What a load client writes on each of its transactions, so that anyone who reads it knows whose it is. */
record Mark(String client, long number) {

    static Mark parse(String text) {
        int slash = text.indexOf('/');
        return new Mark(text.substring(0, slash), Long.parseLong(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return client + "/" + number;
    }
}
